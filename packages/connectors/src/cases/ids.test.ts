import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { caseId, recordId } from './ids.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const facts = { ruleId: 'r1', spaceId: 'default', owner: 'cases', grouping: { b: 1, a: { d: 2, c: 3 } } };

it('ids are hashes of rule, space, owner, grouping and, of cases, counter', () => {
  expect(recordId(facts)).toBe(sha256('r1:default:cases:{"a":{"c":3,"d":2},"b":1}'));
  expect(caseId(facts, 2)).toBe(sha256('r1:default:cases:{"a":{"c":3,"d":2},"b":1}:2'));
});

it('ids leave out parts that are empty', () => {
  expect(recordId({ ...facts, ruleId: '' })).toBe(sha256('default:cases:{"a":{"c":3,"d":2},"b":1}'));
});
