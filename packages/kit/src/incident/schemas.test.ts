import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { freeFields, incidentComments, jsonRecord } from './schemas.ts';

const problems = (schema: z.ZodType, value: unknown) => {
  const { error } = schema.safeParse(value);
  return error && z.prettifyError(error);
};

describe('free fields', () => {
  const fields = freeFields({ name: 'otherFields', maxKeys: 2, reserved: ['summary', 'labels'] });

  it.each([
    [{ a: 1 }, { a: 1 }],
    ['{ "foo": "bar" }', { foo: 'bar' }],
    ['{}', {}],
  ])('may be %j', (given, expected) => {
    expect(fields.parse(given)).toEqual(expected);
  });

  it.each([
    [{ a: 1, b: 2, c: 3 }, '✖ A maximum of 2 fields in otherFields can be defined at a time.'],
    [
      { labels: [], summary: 1 },
      '✖ The following properties cannot be defined inside otherFields: labels.\n✖ The following properties cannot be defined inside otherFields: summary.',
    ],
    ['[1]', '✖ Invalid input: expected record, received array'],
    [7, '✖ Invalid input: expected record, received number'],
  ])('may not be %j', (given, expected) => {
    expect(problems(fields, given)).toBe(expected);
  });
});

it('JSON text that is none says why', () => {
  expect(problems(jsonRecord(), '{"a"')).toMatch(/^✖ Expected ':' after property name in JSON/);
});

it('comments are null where they are left out, and need both parts', () => {
  expect(incidentComments.parse(undefined)).toBeNull();
  expect(problems(incidentComments, [{ comment: 'a' }])).toBe(
    '✖ Invalid input: expected string, received undefined\n  → at [0].commentId',
  );
});
