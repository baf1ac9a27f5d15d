import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '@patchbay/engine/config';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { tempFolder } from '../packages/engine/src/testing/index.ts';
import { METRICS, type MetricDefinition } from '../packages/server/src/metrics/definitions.ts';
import { metricsReference } from '../packages/server/src/metrics/reference.ts';
import { startCommand } from '../packages/server/src/testing/start-command.ts';

/**
 * What `deploy/` holds, against what it is for: queries against the metrics that there are, settings against those that are
 * read, commands against how `npm start` starts. No container is run here.
 */

const deploy = join(import.meta.dirname, '../deploy');
const read = (name: string) => readFileSync(join(deploy, name), 'utf8');

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; datasource: { uid: string } }[];
}

const dashboard: {
  uid: string;
  title: string;
  schemaVersion: number;
  panels: Panel[];
  templating: { list: { name: string; query: string | { query: string } }[] };
} = JSON.parse(read('grafana/patchbay.json'));
const alerts: {
  groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
} = parseYaml(read('prometheus/alerts.yml'));

const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);
const rules = alerts.groups.flatMap((group) => group.rules.map(({ alert, expr }) => [alert, expr] as const));
const variables = dashboard.templating.list.flatMap(({ name, query }) =>
  typeof query === 'string' ? [] : [[`variable ${name}`, query.query] as const],
);

/** Every series that a scrape may have, with its labels. */
const series = new Map<string, readonly string[]>([
  ['up', []],
  ...Object.values(METRICS).flatMap(seriesOf),
  ...[...metricsReference().matchAll(/`((?:process|nodejs)_\w+)`/g)].map(
    ([, name = '']): [string, string[]] => [name, ['kind']],
  ),
  ['nodejs_gc_duration_seconds_sum', ['kind']],
]);

function seriesOf({ name, type, labels }: MetricDefinition): [string, readonly string[]][] {
  if (type !== 'histogram') return [[name, labels]];
  return [
    [`${name}_bucket`, [...labels, 'le']],
    [`${name}_sum`, labels],
    [`${name}_count`, labels],
  ];
}

/** What Prometheus itself gives every series. */
const TARGET_LABELS = ['job', 'instance'];

function problemsOf(expr: string): string[] {
  const names = [...expr.matchAll(/\b(up|(?:patchbay|process|nodejs)_\w+)/g)].map(([, name = '']) => name);
  const known = names.flatMap((name) => series.get(name) ?? []);
  const asked = [
    ...[...expr.matchAll(/(?:by|on) \(([^)]+)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/)),
    ...[...expr.matchAll(/[{,](\w+)(?==|!=|=~)/g)].map(([, label = '']) => label),
  ];
  return [
    ...(names.length === 0 ? ['no metric'] : []),
    ...names.filter((name) => !series.has(name)).map((name) => `no metric ${name}`),
    ...asked
      .filter((label) => !known.includes(label) && !TARGET_LABELS.includes(label))
      // A label that the query makes itself.
      .filter((label) => !expr.includes(`"${label}"`))
      .map((label) => `no label ${label}`),
  ];
}

describe('every query of the dashboard and of the alerts', () => {
  it.each([...queries, ...rules, ...variables])('asks for what there is: %s', (_, expr) =>
    expect(problemsOf(expr)).toEqual([]),
  );

  it('is found out when it asks for what there is not', () => {
    expect(problemsOf('sum by (color) (rate(patchbay_runs_total{shape="round"}[5m]))')).toEqual([
      'no metric patchbay_runs_total',
      'no label color',
      'no label shape',
    ]);
  });

  it('shows every metric of ours in the dashboard, but for those that an alert or another one stands for', () => {
    const all = queries.map(([, expr]) => expr).join('\n');
    const shown = (name: string) => all.includes(name);
    expect(
      Object.values(METRICS)
        .map(({ name }) => name)
        .filter((name) => !shown(name)),
    ).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('is one that Grafana imports: named, with a data source to choose, and panels that do not overlap', () => {
    expect(dashboard).toMatchObject({ uid: 'patchbay', title: 'Patchbay', schemaVersion: 39, id: null });
    expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource' });
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { targets = [] } of dashboard.panels)
      for (const { datasource } of targets) expect(datasource.uid).toBe('${datasource}');
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, n) => `${x + (n % w)} ${y + Math.floor(n / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe('the alerts', () => {
  it('each say what is the matter and what it means', () => {
    for (const { rules } of alerts.groups)
      for (const { annotations } of rules)
        expect(Object.keys(annotations).sort()).toEqual(['description', 'summary']);
  });
});

describe.skipIf(!hasPromtool())('promtool (skipped where there is none)', () => {
  const promtool = (args: string[]) =>
    execFileSync('promtool', args, { cwd: join(deploy, 'prometheus'), encoding: 'utf8' });

  it('accepts the alert rules and the configuration', () => {
    expect(promtool(['check', 'rules', 'alerts.yml'])).toContain(`SUCCESS: ${rules.length} rules found`);
    expect(promtool(['check', 'config', '--syntax-only', 'prometheus.yml'])).toContain('SUCCESS');
  });

  it('sees the alerts fire, and not fire, as their tests say', () => {
    expect(promtool(['test', 'rules', 'alerts.test.yml'])).toContain('SUCCESS');
  });

  it('accepts every query of the dashboard', () => {
    const asRules = queries.map(([, expr], index) => ({
      record: `dashboard:query:${index}`,
      expr: expr.replaceAll(/\$__(rate_interval|range)/g, '5m').replaceAll(/\$\w+/g, '.*'),
    }));
    using folder = tempFolder();
    const file = folder.file('dashboard.json');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: asRules }] }));
    expect(promtool(['check', 'rules', file])).toContain(`SUCCESS: ${queries.length} rules found`);
  });
});

describe('what starts Patchbay', () => {
  const { flags, env } = startCommand(join(deploy, '..'));
  const command = [...flags, 'packages/server/src/main.js'];
  const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`);

  it('is the command of npm start in the image', () => {
    const dockerfile = read('Dockerfile');
    const entrypoint = /^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '';
    expect(JSON.parse(entrypoint)).toEqual(['node', ...command]);
    for (const variable of environment) expect(dockerfile).toContain(variable);
  });

  it('is the command of npm start in the unit', () => {
    const unit = read('systemd/patchbay.service');
    const [node, ...args] = /^ExecStart=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? [];
    expect(node).toBe('/opt/patchbay/node_modules/.bin/node');
    expect(args).toEqual([...command, '--config', '/etc/patchbay/patchbay.yml']);
    for (const variable of environment) expect(unit).toContain(variable);
  });

  it('knows every workspace that the image installs for', () => {
    const { packages } = JSON.parse(readFileSync(join(deploy, '../package-lock.json'), 'utf8'));
    const workspaces = Object.keys(packages).filter((name) => /^packages\/\w+$/.test(name));
    for (const name of workspaces) expect(read('Dockerfile')).toContain(`COPY ${name}/package.json ${name}/`);
  });
});

describe('docker-compose.yml', () => {
  const compose = parseYaml(read('docker-compose.yml'), { merge: true });
  const filled = (value: string) =>
    value.replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_, name: string) => `${name}-of-more-than-32-characters-here`);

  it('sets what is read, and what a start accepts', () => {
    const environment = Object.fromEntries(
      Object.entries<string>(compose.services['patchbay-1'].environment).map(([name, value]) => [
        name,
        filled(value),
      ]),
    );
    const { settings, warnings } = loadSettings({ files: [], environment });
    expect(warnings).toEqual([]);
    expect(settings).toMatchObject({
      'patchbay.store.url':
        'postgres://patchbay:POSTGRES_PASSWORD-of-more-than-32-characters-here@postgres:5432/patchbay',
      'patchbay.metrics.port': 9464,
      'patchbay.metrics.host': '0.0.0.0',
      'patchbay.logging.format': 'ecs',
    });
  });

  it('has Prometheus scrape both processes at the port of their metrics', () => {
    const { scrape_configs } = parseYaml(read('prometheus/prometheus.yml'));
    expect(scrape_configs[0].static_configs[0].targets).toEqual(['patchbay-1:9464', 'patchbay-2:9464']);
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(['patchbay-1', 'patchbay-2']));
  });

  it('publishes ports to this machine alone, and asks for every secret', () => {
    const services = Object.values<{ ports?: string[]; environment?: Record<string, string> }>(
      compose.services,
    );
    for (const { ports = [] } of services)
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    const secrets = services.flatMap(({ environment = {} }) =>
      Object.entries(environment).filter(([name]) => /PASSWORD|KEY|URL/.test(name)),
    );
    for (const [, value] of secrets) expect(value).toMatch(/\$\{\w+:\?/);
  });
});

function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
