import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationReference } from '@patchbay/engine/config';
import { expect, it } from 'vitest';
import { commandReference } from '../packages/server/src/cli/command-reference.ts';
import { createProgram } from '../packages/server/src/cli/patchbay.ts';
import { createTerminal } from '../packages/server/src/cli/terminal.ts';
import { testServer } from '../packages/server/src/testing/test-server.ts';

it('docs/configuration.md is what the schema says (npm run docs writes it)', () => {
  expectPage('configuration.md', configurationReference());
});

it('docs/command-line.md is what the commands say (npm run docs writes it)', async () => {
  const { stdin, stdout, stderr } = process;
  const terminal = createTerminal({ environment: {}, stdin, stdout, stderr });
  expectPage('command-line.md', commandReference(await createProgram(terminal)));
});

it('docs/openapi.json is what the routes say (npm run docs writes it)', async () => {
  await using server = await testServer();
  const { body } = await server.call('GET', '/api/openapi.json');
  expectPage('openapi.json', `${JSON.stringify(body, null, 2)}\n`);
});

function expectPage(name: string, wanted: string): void {
  const page = join(import.meta.dirname, '../docs', name);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(page, wanted);
  expect(readFileSync(page, 'utf8')).toBe(wanted);
}
