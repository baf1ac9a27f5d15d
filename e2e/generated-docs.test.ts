import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationReference } from '@patchbay/engine/config';
import { expect, it } from 'vitest';

const page = join(import.meta.dirname, '../docs/configuration.md');

it('docs/configuration.md is what the schema says (npm run docs writes it)', () => {
  const wanted = configurationReference();
  if (process.env.UPDATE_DOCS === '1') writeFileSync(page, wanted);
  expect(readFileSync(page, 'utf8')).toBe(wanted);
});
