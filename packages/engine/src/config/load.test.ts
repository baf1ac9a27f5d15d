import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartupError } from '../errors/index.ts';
import { type TempFolder, tempFolder } from '../testing/index.ts';
import { loadSettings } from './load.ts';

const KEY = '0'.repeat(32);

describe('loadSettings', () => {
  let folder: TempFolder;
  beforeEach(() => {
    folder = tempFolder();
  });
  afterEach(() => folder[Symbol.dispose]());

  function write(name: string, yaml: string): string {
    writeFileSync(folder.file(name), yaml);
    return folder.file(name);
  }

  /** Loads one file. */
  function load(yaml: string, environment: Record<string, string> = {}) {
    return loadSettings({ files: [write('kibana.yml', yaml)], environment });
  }

  /** The mistakes that are reported, a line each. */
  function mistakes(yaml: string, environment: Record<string, string> = {}): string[] {
    try {
      load(yaml, environment);
    } catch (error) {
      expect(error).toBeInstanceOf(StartupError);
      const [first, ...lines] = (error as Error).message.split('\n');
      expect(first).toBe('The configuration has mistakes:');
      return lines.map((line) => line.trim());
    }
    return [];
  }

  it('has a default for every setting but those that may be left out', () => {
    const { settings, firstPassword, warnings } = loadSettings({ files: [], environment: {} });
    expect(settings).toMatchObject({
      'server.host': '127.0.0.1',
      'server.port': 5601,
      'server.publicBaseUrl': undefined,
      'xpack.encryptedSavedObjects.encryptionKey': undefined,
      'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys': [],
      'xpack.actions.allowedHosts': ['*'],
      'xpack.actions.enabledActionTypes': ['*'],
      'xpack.actions.preconfigured': {},
      'xpack.actions.maxResponseContentLength': 1_048_576,
      'xpack.actions.responseTimeout': 60_000,
      'patchbay.license': 'enterprise',
      'patchbay.licenseStatus': 'active',
    });
    expect(firstPassword).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it.each([
    ['xpack.actions.allowedHosts: [a.example]\nserver.port: 1'],
    ['xpack:\n  actions:\n    allowedHosts: [a.example]\nserver:\n  port: 1'],
    ['xpack.actions:\n  allowedHosts: [a.example]\nserver: {port: 1}'],
    ['xpack:\n  actions.allowedHosts:\n    - a.example\nserver.port: "1"'],
  ])('reads dotted and nested keys alike: %j', (yaml) => {
    const { settings } = load(yaml);
    expect(settings['xpack.actions.allowedHosts']).toEqual(['a.example']);
    expect(settings['server.port']).toBe(1);
  });

  it('takes an empty file', () => {
    expect(load('').settings['server.port']).toBe(5601);
    expect(load('# nothing\n').settings['server.port']).toBe(5601);
  });

  it('lets later files win over earlier ones, variables over files, and overrides over all', () => {
    const files = [
      write('a.yml', 'server: {port: 1, name: a, host: a.example, basePath: /a}'),
      write('b.yml', 'server: {port: 2, name: b, host: b.example}'),
    ];
    const environment = { SERVER_PORT: '3', SERVER_NAME: 'c' };
    const { settings } = loadSettings({ files, environment, overrides: { 'server.port': 4 } });
    expect(settings).toMatchObject({
      'server.port': 4,
      'server.name': 'c',
      'server.host': 'b.example',
      'server.basePath': '/a',
    });
  });

  it('replaces a list as a whole', () => {
    const files = [
      write('a.yml', 'xpack.actions.allowedHosts: [a.example, b.example]'),
      write('b.yml', 'xpack.actions.allowedHosts: [c.example]'),
    ];
    const { settings } = loadSettings({ files, environment: {} });
    expect(settings['xpack.actions.allowedHosts']).toEqual(['c.example']);
  });

  it('warns of keys that are other parts’ business, and of those without effect', () => {
    const yaml = `
xpack: {security: {enabled: true}, fleet: 1}
i18n.locale: en
elasticsearch: {hosts: ["http://localhost:9200"], sniffOnStart: true, requestHeadersWhitelist: [authorization]}
server.cors.enabled: true
logging.appenders: {file: {type: file}}
xpack.actions: {run.maxAttempts: 2, queued.max: 10}
xpack.actions.auth.ears.enabled: true
xpack.actions.auth.oauth_authorization_code.rate_limits.callback: {lookbackWindow: 1h, limit: 5}`;
    expect(load(yaml).warnings).toEqual([
      'settings of other parts of the stack are ignored: xpack.security.enabled, xpack.fleet, i18n.locale',
      'settings without effect here: elasticsearch.sniffOnStart, elasticsearch.requestHeadersWhitelist, server.cors.enabled, logging.appenders, xpack.actions.auth.ears.enabled',
    ]);
  });

  it.each([
    ['0', 'xpack.actions.email.maximum_body_length is 0: mails are sent without their messages'],
    [
      '25000001',
      'xpack.actions.email.maximum_body_length is 25000001, above the maximum of 25000000, which is used instead',
    ],
  ])('warns of a longest mail of %s', (length, warning) => {
    expect(load(`xpack.actions.email.maximum_body_length: ${length}`).warnings).toEqual([warning]);
  });

  it('warns that of the two proxy lists one is ignored', () => {
    const yaml = 'xpack.actions: {proxyBypassHosts: [a.example], proxyOnlyHosts: [b.example]}';
    expect(load(yaml).warnings).toEqual([
      'The configurations xpack.actions.proxyBypassHosts and xpack.actions.proxyOnlyHosts can not be used at the same time. The configuration xpack.actions.proxyOnlyHosts will be ignored.',
    ]);
  });

  it('leaves secret references in a file as they are', () => {
    const secrets = '{a: "${env:TOKEN}", b: "${file:/run/secrets/b}", c: "${C}"}';
    const yaml = `xpack.actions.preconfigured: {my: {name: My, actionTypeId: .slack, secrets: ${secrets}}}`;
    expect(load(yaml, { C: 'c', env: 'wrong' }).settings['xpack.actions.preconfigured'].my?.secrets).toEqual({
      a: '${env:TOKEN}',
      b: '${file:/run/secrets/b}',
      c: 'c',
    });
  });

  it('takes the first password from the variable that Elasticsearch’s image has for it', () => {
    const password = (environment: Record<string, string>) => load('', environment).firstPassword;
    expect(password({ ELASTIC_PASSWORD: 'changeme' })).toBe('changeme');
    expect(password({ ELASTIC_PASSWORD: '' })).toBeUndefined();
  });

  describe('environment variables', () => {
    it('of OpenTelemetry say where traces go, unless a setting does, or they are turned off', () => {
      const standard = {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a%2Cb, x-tenant=t=1,',
        OTEL_SERVICE_NAME: 'alerts',
      };
      expect(load('', standard).settings).toMatchObject({
        'patchbay.tracing.endpoint': 'http://collector:4318',
        'patchbay.tracing.headers': { authorization: 'Bearer a,b', 'x-tenant': 't=1' },
        'patchbay.tracing.serviceName': 'alerts',
      });
      const own = load('patchbay.tracing.endpoint: http://ours:4318', standard).settings;
      expect(own['patchbay.tracing.endpoint']).toBe('http://ours:4318');
      const off = load('', { ...standard, OTEL_SDK_DISABLED: 'true' }).settings;
      expect(off['patchbay.tracing.endpoint']).toBeUndefined();
    });

    it.each([
      ['SERVER_PORT', '80', 'server.port', 80],
      ['SERVER_NAME', '123', 'server.name', '123'],
      ['SERVER_NAME', 'null', 'server.name', 'null'],
      ['SERVER_RESTRICTINTERNALAPIS', 'false', 'server.restrictInternalApis', false],
      ['SERVER_XSRF_ALLOWEDSCHEMES', 'apikey, bearer', 'server.xsrf.allowedSchemes', ['apikey', 'bearer']],
      [
        'XPACK_ACTIONS_ALLOWEDHOSTS',
        'a.example,b.example',
        'xpack.actions.allowedHosts',
        ['a.example', 'b.example'],
      ],
      ['XPACK_ACTIONS_ALLOWEDHOSTS', '["a.example"]', 'xpack.actions.allowedHosts', ['a.example']],
      ['XPACK_ACTIONS_ALLOWEDHOSTS', '[]', 'xpack.actions.allowedHosts', []],
      ['XPACK_ACTIONS_ENABLEDACTIONTYPES', '.slack', 'xpack.actions.enabledActionTypes', ['.slack']],
      ['XPACK_ACTIONS_RESPONSETIMEOUT', '10s', 'xpack.actions.responseTimeout', 10_000],
      ['XPACK_ACTIONS_RESPONSETIMEOUT', '250', 'xpack.actions.responseTimeout', 250],
      ['XPACK_ACTIONS_MAXRESPONSECONTENTLENGTH', '2mb', 'xpack.actions.maxResponseContentLength', 2_097_152],
      ['XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY', KEY, 'xpack.encryptedSavedObjects.encryptionKey', KEY],
      [
        'XPACK_ENCRYPTEDSAVEDOBJECTS_KEYROTATION_DECRYPTIONONLYKEYS',
        KEY,
        'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys',
        [KEY],
      ],
      [
        'XPACK_ACTIONS_PRECONFIGURED',
        '{"my": {"name": "My", "actionTypeId": ".slack"}}',
        'xpack.actions.preconfigured',
        { my: { name: 'My', actionTypeId: '.slack', config: {}, secrets: {}, exposeConfig: false } },
      ],
    ] as const)('%s=%s sets %s', (name, value, key, expected) => {
      expect(load('', { [name]: value }).settings[key]).toEqual(expected);
    });

    it('are passed over when they are empty, as the image does', () => {
      const { settings } = load('server.port: 1', { SERVER_PORT: '', XPACK_ACTIONS_ALLOWEDHOSTS: '' });
      expect(settings['server.port']).toBe(1);
      expect(settings['xpack.actions.allowedHosts']).toEqual(['*']);
    });

    it('are reported by the key that they set', () => {
      expect(mistakes('', { SERVER_PORT: 'many' })).toEqual([
        'server.port: Invalid input: expected number, received string (found "many")',
      ]);
    });
  });

  describe('a variable in a file', () => {
    const yaml = `server: {name: "\${WHO}-\${WHERE:here}", port: "\${PORT:1}"}\nxpack.actions.allowedHosts: ["\${HOST:a.example}"]`;

    it('is replaced from the environment', () => {
      const { settings } = load(yaml, { WHO: 'me', WHERE: 'there', PORT: '2', HOST: 'b.example' });
      expect(settings['server.name']).toBe('me-there');
      expect(settings['server.port']).toBe(2);
      expect(settings['xpack.actions.allowedHosts']).toEqual(['b.example']);
    });

    it('is its default when there is no such variable', () => {
      const { settings } = load(yaml, { WHO: 'me' });
      expect(settings['server.name']).toBe('me-here');
      expect(settings['server.port']).toBe(1);
      expect(settings['xpack.actions.allowedHosts']).toEqual(['a.example']);
    });

    it('is a mistake when there is neither', () => {
      expect(mistakes(yaml)).toEqual([
        'server.name: Unknown environment variable referenced in config : WHO',
      ]);
    });

    it('works inside preconfigured connectors, and what it gives stays text', () => {
      const preconfigured = `xpack.actions.preconfigured: {my: {name: "\${N}", actionTypeId: .slack, secrets: {token: "\${T}"}}}`;
      const { settings } = load(preconfigured, { N: '1', T: '2' });
      expect(settings['xpack.actions.preconfigured'].my).toMatchObject({
        name: '1',
        secrets: { token: '2' },
      });
    });
  });

  describe('preconfigured connectors', () => {
    const my = { name: 'My', actionTypeId: '.slack', config: {}, secrets: {}, exposeConfig: false };

    it('have empty config and secrets, which are not shown, unless they say otherwise', () => {
      const yaml = `
xpack.actions.preconfigured:
  my: {name: My, actionTypeId: .slack}
  full: {name: Full, actionTypeId: .x, config: {a: [1]}, secrets: {b: {c: 2}}, exposeConfig: true}`;
      expect(load(yaml).settings['xpack.actions.preconfigured']).toEqual({
        my,
        full: {
          name: 'Full',
          actionTypeId: '.x',
          config: { a: [1] },
          secrets: { b: { c: 2 } },
          exposeConfig: true,
        },
      });
    });

    it('may have any characters in their ids', () => {
      const yaml = 'xpack.actions.preconfigured: {"My.Slack:1 ä": {name: My, actionTypeId: .slack}}';
      expect(load(yaml).settings['xpack.actions.preconfigured']).toEqual({ 'My.Slack:1 ä': my });
    });

    it.each([
      ['xpack.actions.preconfigured.my.name: My\nxpack.actions.preconfigured.my.actionTypeId: .slack'],
      [
        'xpack.actions.preconfigured.my: {name: My}\nxpack.actions.preconfigured: {my: {actionTypeId: .slack}}',
      ],
      [
        'xpack.actions.preconfigured: {my: {actionTypeId: .slack}}\nxpack.actions: {preconfigured.my.name: My}',
      ],
    ])('are put together from dotted and nested keys: %j', (yaml) => {
      expect(load(yaml).settings['xpack.actions.preconfigured']).toEqual({ my });
    });

    it('may have their secrets in another file', () => {
      const files = [
        write(
          'kibana.yml',
          'xpack.actions.preconfigured: {my: {name: My, actionTypeId: .slack, config: {a: 1}}}',
        ),
        write('secrets.yml', 'xpack.actions.preconfigured.my.secrets.token: t'),
      ];
      const { settings } = loadSettings({ files, environment: {} });
      expect(settings['xpack.actions.preconfigured']).toEqual({
        my: { ...my, config: { a: 1 }, secrets: { token: 't' } },
      });
    });

    it.each(['', 'constructor', '__proto__'])('may not have the id %j', (id) => {
      const text = `xpack.actions.preconfigured: [preconfigured]: invalid preconfigured action id "${id}" (found a map)`;
      expect(mistakes(`xpack.actions.preconfigured: {"${id}": {name: a, actionTypeId: .b}}`)).toEqual([text]);
      expect(mistakes(`xpack.actions: {preconfigured: {"${id}": {}}}`)).toEqual([text]);
    });

    it('may not be hidden behind a dotted __proto__', () => {
      expect(mistakes('xpack.actions.preconfigured.__proto__.name: a')).toEqual([
        'xpack.actions.preconfigured: [preconfigured]: invalid preconfigured action id "__proto__" (found a map)',
      ]);
      expect(({} as Record<string, unknown>).name).toBeUndefined();
    });

    it.each([
      [
        '{my: {actionTypeId: .x}}',
        'my.name: [preconfigured.my.name]: expected value of type [string] but got [undefined] (found nothing)',
      ],
      [
        '{my: {name: "", actionTypeId: .x}}',
        'my.name: Too small: expected string to have >=1 characters (found a string of 0 characters)',
      ],
      ['{my: {name: a, actionTypeId: .x, other: 1}}', 'my: Unrecognized key: "other" (found a map)'],
      [
        '{my: {name: a, actionTypeId: .x, config: []}}',
        'my.config: [preconfigured.my.config]: expected value of type [object] but got [Array] (found a list of 0)',
      ],
    ])('are refused as %s', (given, mistake) => {
      expect(mistakes(`xpack.actions.preconfigured: ${given}`)).toEqual([
        `xpack.actions.preconfigured.${mistake}`,
      ]);
    });
  });

  describe('mistakes', () => {
    it('are all reported at once, one line each, with the key', () => {
      const yaml = `
server: {port: 99999, nope: 1}
xpack.actions: {responseTimeout: soon, maxResponseContentLength: big, allowedHosts: ["*.a.example", b.example]}
xpack.actions.surprise.inside: 1
xpack.encryptedSavedObjects.encryptionKey: short`;
      expect(mistakes(yaml).sort()).toEqual([
        'server.nope: unknown setting, did you mean server.name?',
        'server.port: Too big: expected number to be <=65535 (found 99999)',
        'xpack.actions.allowedHosts.0: expected a hostname or "*" (found "*.a.example")',
        'xpack.actions.maxResponseContentLength: expected a size in bytes such as 1048576, 512kb or 1mb (found "big")',
        'xpack.actions.responseTimeout: expected a duration such as 500ms, 60s, 5m or 1h (found "soon")',
        'xpack.actions.surprise.inside: unknown setting',
        'xpack.encryptedSavedObjects.encryptionKey: expected at least 32 characters (found a string of 5 characters)',
      ]);
    });

    it.each([
      ['server.publicBaseUrl: https://a.example/', 'expected a URL without a trailing slash'],
      ['server.publicBaseUrl: ftp://a.example', 'expected an http or https URL'],
      ['server.name: Größe', 'expected printable ASCII characters'],
      ['server.basePath: a', 'must start with a slash, and not end with one'],
      ['server.xsrf.allowlist: [a]', 'expected a path that starts with a slash'],
      ['patchbay.license: free', 'Invalid option: expected one of'],
      ...['10.0.0.0/33', '::1/129', '10.0.0.0/x', '10.0.0.0/8/8', '300.0.0.0', 'a.example/8', ''].map(
        (network): [string, string] => [
          `patchbay.egress.allowedPrivateNetworks: ["${network}"]`,
          'expected an address, a network such as `10.1.0.0/16`, or a host name',
        ],
      ),
      [
        'xpack.actions.enabledActionTypes: 1',
        '[enabledActionTypes]: expected value of type [array] but got [number] (found 1)',
      ],
      [
        'xpack.actions.allowedHosts:',
        '[allowedHosts]: expected value of type [array] but got [null] (found null)',
      ],
      ['server.port.x: 1', 'Invalid input: expected number, received object'],
    ])('%s is one', (yaml, reason) => {
      const [mistake, ...more] = mistakes(yaml);
      expect(mistake).toContain(reason);
      expect(mistake).toContain(yaml.slice(0, yaml.lastIndexOf(':')).replace(/: .*|\.x$/, ''));
      expect(more).toEqual([]);
    });

    it.each([
      ['email: {}', '[email]: email.domain_allowlist or email.services must be defined'],
      [
        'email.services: {}',
        '[email.services]: email.services.enabled or email.services.ses must be defined',
      ],
      ['email.services.ses: {}', '[email.services.ses.host]: expected value of type [string]'],
      ['usage: {ca: {}}', '[usage.ca.path]: expected value of type [string] but got [undefined]'],
      ['relay: {}', '[relay.url]: expected value of type [string] but got [undefined]'],
    ])('a section that lacks what makes it one: %s', (section, reason) => {
      expect(mistakes(`xpack.actions: {${section}}`)[0]).toContain(reason);
    });

    it('an empty section is none', () => {
      expect(load('xpack.actions:\nserver:\n  xsrf:\n').settings['xpack.actions.allowedHosts']).toEqual([
        '*',
      ]);
    });

    it('a former key must not be the present one', () => {
      const yaml = `xpack.encryptedSavedObjects: {encryptionKey: "${KEY}", keyRotation.decryptionOnlyKeys: ["${KEY}"]}`;
      expect(mistakes(yaml)).toEqual([
        'xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys: `keyRotation.decryptionOnlyKeys` cannot contain primary encryption key specified in `encryptionKey`.',
      ]);
    });

    it('a file that is no map of settings', () => {
      expect(mistakes('- a')).toEqual([`${folder.file('kibana.yml')}: expected a map of settings`]);
    });

    it.each(['a: [', 'server.port: 1\nserver.port: 2'])('a file that does not parse: %j', (yaml) => {
      expect(() => load(yaml)).toThrow(StartupError);
      expect(() => load(yaml)).toThrow(`Cannot read the configuration file ${folder.file('kibana.yml')}: `);
    });

    it('a file that does not parse, of which nothing is quoted', () => {
      const yaml = 'xpack.actions.preconfigured:\n  a: {secrets: {password: "a-planted-secret"}\nb: 1';
      const message = `Cannot read the configuration file ${folder.file('kibana.yml')}: line 3, column 1: bad indent`;
      let thrown: unknown;
      try {
        load(yaml);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ message });
      expect(inspect(thrown)).not.toContain('a-planted-secret');
    });

    it('a file with an alias that leads nowhere, which is not quoted', () => {
      expect(() => load('elasticsearch.password: *hush')).toThrow(
        new StartupError(
          `Cannot read the configuration file ${folder.file('kibana.yml')}: an alias in it leads nowhere, or to too much`,
        ),
      );
    });

    it('a file that is not there', () => {
      const files = [folder.file('nowhere.yml')];
      expect(() => loadSettings({ files, environment: {} })).toThrow(
        /^Cannot read the configuration file .*ENOENT/,
      );
    });
  });

  it('takes addresses, networks and names as private networks that are allowed', () => {
    const networks = ['10.1.0.0/16', '10.0.0.1', '::1', 'fd00::/8', 'wiki.internal', 'localhost'];
    const yaml = `patchbay.egress.allowedPrivateNetworks: ${JSON.stringify(networks)}`;
    expect(load(yaml).settings['patchbay.egress.allowedPrivateNetworks']).toEqual(networks);
  });

  it.each(['*', 'a.example', 'A.example', 'localhost', '10.0.0.1', '[::1]', 'under_score'])(
    'allows the host %s to be named',
    (host) => {
      expect(load(`xpack.actions.allowedHosts: ["${host}"]`).settings['xpack.actions.allowedHosts']).toEqual([
        host,
      ]);
    },
  );

  it.each(['*.a.example', 'https://a.example', 'a.example:443', 'a b', '', '-a'])(
    'does not take %j for a host',
    (host) => {
      expect(mistakes(`xpack.actions.allowedHosts: ["${host}"]`)).toEqual([
        `xpack.actions.allowedHosts.0: expected a hostname or "*" (found ${JSON.stringify(host)})`,
      ]);
    },
  );
});
