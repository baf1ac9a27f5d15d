import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { prepareVariables, renderTemplate } from './index.ts';

const page = readFileSync(new URL('../../../../docs/templating.md', import.meta.url), 'utf8');
const variables = prepareVariables(JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? ''));
const examples = [...page.matchAll(/^\| `(.+\}\})` \| `(.+)` \|$/gm)].map(([, template, result]) => [
  template,
  result,
]);

it('has examples on its page', () => {
  expect(examples).toHaveLength(16);
});

it.each(examples)('renders %s as the page for users says: %s', (template = '', result) => {
  expect(renderTemplate(template, variables, 'none')).toBe(result);
});
