import { createHash } from 'node:crypto';
import { stableJson } from './stable-json.ts';

/** What a group of a rule's alerts is known by. */
export interface GroupFacts {
  ruleId: string;
  spaceId: string;
  owner: string;
  grouping: Record<string, unknown>;
}

export function recordId({ ruleId, spaceId, owner, grouping }: GroupFacts): string {
  return hash([ruleId, spaceId, owner, stableJson(grouping)]);
}

/** The group's case by the counter of its record: whoever comes to it comes to the same case. */
export function caseId({ ruleId, spaceId, owner, grouping }: GroupFacts, counter: number): string {
  return hash([ruleId, spaceId, owner, stableJson(grouping), String(counter)]);
}

function hash(parts: readonly string[]): string {
  return createHash('sha256')
    .update(parts.filter((part) => part !== '').join(':'))
    .digest('hex');
}
