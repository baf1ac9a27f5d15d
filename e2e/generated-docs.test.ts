import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connectorTypes } from '@patchbay/connectors';
import { configurationReference } from '@patchbay/engine/config';
import { expect, it } from 'vitest';
import { commandReference } from '../packages/server/src/cli/command-reference.ts';
import { createProgram } from '../packages/server/src/cli/patchbay.ts';
import { createTerminal } from '../packages/server/src/cli/terminal.ts';
import { metricsReference } from '../packages/server/src/metrics/reference.ts';
import { connectorPage, connectorsPage } from '../packages/server/src/reference/index.ts';
import { testServer } from '../packages/server/src/testing/test-server.ts';

it('docs/configuration.md is what the schema says (npm run docs writes it)', () => {
  expectPage('configuration.md', configurationReference());
});

it('docs/command-line.md is what the commands say (npm run docs writes it)', async () => {
  const { stdin, stdout, stderr } = process;
  const terminal = createTerminal({ environment: {}, stdin, stdout, stderr });
  expectPage('command-line.md', commandReference(await createProgram(terminal)));
});

it('docs/metrics.md is what the definitions say (npm run docs writes it)', () => {
  expectPage('metrics.md', metricsReference());
});

it('docs/openapi.json is what the routes say (npm run docs writes it)', async () => {
  await using server = await testServer();
  const { body } = await server.call('GET', '/api/openapi.json');
  expectPage('openapi.json', `${JSON.stringify(body, null, 2)}\n`);
});

it.each(connectorTypes.map((type) => [type.id, type] as const))(
  'docs/connectors has the page of %s (npm run docs writes it)',
  (id, type) => {
    const name = `${id.slice(1)}.md`;
    const [introduction = ''] = globSync(join(import.meta.dirname, '../packages/connectors/src/*', name));
    expectPage(`connectors/${name}`, connectorPage(type, readFileSync(introduction, 'utf8')));
  },
);

it('docs/connectors/README.md lists the types (npm run docs writes it)', () => {
  expectPage('connectors/README.md', connectorsPage(connectorTypes));
});

function expectPage(name: string, wanted: string): void {
  const page = join(import.meta.dirname, '../docs', name);
  if (process.env.UPDATE_DOCS === '1') {
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, wanted);
  }
  expect(readFileSync(page, 'utf8')).toBe(wanted);
}
