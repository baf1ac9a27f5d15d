import { expect, it } from 'vitest';
import { searchBySummary } from './jql.ts';

it.each([
  ['Test title', 'Test title'],
  ['a "b" c', 'a b c'],
  ['a\\b', 'a\\\\b'],
  ["it's", 'it\\\\s'],
  ['[a] (b) {c}', '\\\\[a\\\\] \\\\(b\\\\) \\\\{c\\\\}'],
  ['-!^+&*|:?~/', '\\\\-\\\\!\\\\^\\\\+\\\\&\\\\*\\\\|\\\\:\\\\?\\\\~\\\\/'],
])('searches for the words of %j', (title, escaped) => {
  expect(searchBySummary('CK', title)).toBe(`project="CK" and summary ~"${escaped}"`);
});
