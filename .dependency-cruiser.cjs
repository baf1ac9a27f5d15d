/**
 * The house rules on imports (docs/architecture.md): kit <- connectors, kit <- engine <- alerting <- server,
 * nobody past a folder's face, no cycle. `npm run imports` runs them; `npm test` runs that.
 */
const tests = '/testing/';

/** Which packages a package's product code may import. */
const rooms = {
  kit: [],
  connectors: ['kit'],
  engine: ['kit'],
  alerting: ['kit', 'engine'],
  server: ['kit', 'connectors', 'engine', 'alerting'],
  web: [],
};

/** Which concerns a concern of the engine may ask. Everything may use errors and node-http. */
const engine = {
  errors: [],
  'node-http': [],
  networks: [],
  files: [],
  random: [],
  'rate-limits': [],
  tracing: [],
  config: ['files', 'networks'],
  redaction: ['config'],
  store: [],
  spaces: ['store'],
  vault: ['store', 'files', 'random'],
  egress: ['config', 'networks', 'tracing'],
  elasticsearch: ['egress', 'config', 'redaction'],
  tokens: ['store', 'vault'],
  licensing: [],
  access: ['store'],
  delegation: ['access', 'elasticsearch'],
  events: ['store'],
  catalog: ['store', 'vault', 'config', 'licensing', 'egress', 'tokens'],
  execution: [
    'catalog',
    'tokens',
    'vault',
    'egress',
    'elasticsearch',
    'events',
    'licensing',
    'access',
    'redaction',
    'rate-limits',
    'random',
    'store',
    'tracing',
  ],
  cases: ['access', 'catalog', 'execution', 'licensing', 'store'],
  'key-rotation': ['catalog', 'delivery', 'tokens', 'vault', 'store'],
  delivery: ['catalog', 'execution', 'events', 'vault', 'store', 'config', 'random', 'tracing'],
  health: ['catalog', 'delivery', 'events', 'spaces', 'store'],
  usage: ['catalog', 'events', 'spaces', 'store'],
  'saved-objects': ['catalog', 'store'],
  oauth: ['catalog', 'redaction', 'tokens', 'store', 'vault', 'egress', 'rate-limits'],
};

const others = (all, allowed, self) =>
  Object.keys(all).filter((name) => name !== self && !allowed.includes(name));

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-folder-cycle', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `room-${room}`,
      severity: 'error',
      from: { path: `^packages/${room}/`, pathNot: tests },
      to: { path: `^packages/(${others(rooms, allowed, room).join('|')})/` },
    })),
    ...Object.entries(engine).map(([concern, allowed]) => ({
      name: `engine-${concern}`,
      severity: 'error',
      from: { path: `^packages/engine/src/${concern}/`, pathNot: tests },
      to: {
        path: `^packages/engine/src/(${others(engine, [...allowed, 'errors', 'node-http'], concern).join('|')})/`,
      },
    })),
    {
      name: 'engine-face-only',
      comment: "A folder's index.ts is its face; nobody imports past it.",
      severity: 'error',
      from: { path: '^packages/engine/src/([^/]+)/', pathNot: tests },
      to: { path: '^packages/engine/src/([^/]+)/', pathNot: ['^packages/engine/src/$1/', '/index\\.ts$'] },
    },
    {
      name: 'connector-folder-only',
      comment: 'A connector type is its own folder: it does not reach into another.',
      severity: 'error',
      from: { path: '^packages/connectors/src/([^/]+)/', pathNot: tests },
      to: { path: '^packages/connectors/src/([^/]+)/', pathNot: '^packages/connectors/src/$1/' },
    },
    {
      name: 'undici-in-egress-only',
      comment: 'One door out: only egress opens outbound connections.',
      severity: 'error',
      from: { path: '^packages/', pathNot: [tests, '^packages/engine/src/egress/'] },
      to: { path: 'node_modules/undici' },
    },
    {
      name: 'nodemailer-in-email-only',
      comment: 'It speaks over the connections that egress opens, and opens none.',
      severity: 'error',
      from: { path: '^packages/', pathNot: [tests, '^packages/connectors/src/email/'] },
      to: { path: 'node_modules/nodemailer' },
    },
    {
      name: 'mcp-sdk-in-mcp-only',
      comment: 'Its requests leave by the fetch that it is given there; without one it would bring its own.',
      severity: 'error',
      from: { path: '^packages/', pathNot: [tests, '^packages/connectors/src/mcp/'] },
      to: { path: 'node_modules/@modelcontextprotocol' },
    },
    {
      name: 'opentelemetry-in-tracing-only',
      comment: 'Rooms tell `Tracing`; who traces nothing loads nothing of it.',
      severity: 'error',
      from: { path: '^packages/', pathNot: [tests, '^packages/(engine|server)/src/tracing/'] },
      to: { path: 'node_modules/@opentelemetry' },
    },
    {
      name: 'prom-client-in-metrics-only',
      comment: 'Rooms tell their observers; it is loaded by the first scrape.',
      severity: 'error',
      from: { path: '^packages/', pathNot: [tests, '^packages/server/src/metrics/'] },
      to: { path: 'node_modules/prom-client' },
    },
    {
      name: 'no-import-of-node-http',
      comment: 'An import loads a fetch that nothing uses: engine/src/node-http says why. Types are free.',
      severity: 'error',
      from: { path: '^packages/', pathNot: tests },
      to: { path: '^(node:)?http$', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // Tests may reach anywhere; and the parser does not know `using` yet.
    exclude: { path: '\\.test\\.ts$' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
