import { expect, it } from 'vitest';
import { alertBody } from './alert-body.ts';

it.each([
  [null, {}],
  ['{}', {}],
  [' {"a": [1]} ', { a: [1] }],
])('the body %j has fields', (text, fields) => {
  expect(alertBody(text, 'X')).toEqual(fields);
});

it.each([
  ['', 'SyntaxError: Unexpected end of JSON input'],
  ['{"a": "b"c"}', "SyntaxError: Expected ',' or '}' after property value in JSON at position 9"],
  ['[1]', 'TypeError: expected a JSON object'],
  ['null', 'TypeError: expected a JSON object'],
  ['"text"', 'TypeError: expected a JSON object'],
])('the body %j is refused', (text, reason) => {
  expect(() => alertBody(text, 'X')).toThrow(`Error parsing alert body for X: ${reason}`);
});
