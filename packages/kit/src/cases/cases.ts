import type { NewAttachment } from './attachment.ts';
import type { Case, CaseChange, CaseOwner, NewCase } from './case.ts';
import type { CaseConfiguration } from './configuration.ts';

/** What is remembered of one group of a rule's alerts. */
export interface CaseRecord {
  id: string;
  /** Which of the cases of this group is the present one, from 1. */
  counter: number;
  rules: { id: string }[];
  grouping: Record<string, unknown>;
  createdAt: string;
  /** When the counter last changed; null: never. */
  updatedAt: string | null;
}

/** Its version tells whether somebody else has written it meanwhile. */
export type StoredCaseRecord = CaseRecord & { version: string };

/**
 * The cases of a run's space, with the rights of whom the run is for. Each method rejects with an error whose `statusCode` is
 * HTTP's: 403 without the right, 409 where somebody else was faster.
 */
export interface Cases {
  /** undefined: nothing is configured for this owner. */
  configuration(owner: CaseOwner): Promise<CaseConfiguration | undefined>;
  /** Whether the licence lets cases be assigned. */
  readonly canBeAssigned: boolean;
  /** Those that there are. */
  get(ids: readonly string[]): Promise<Case[]>;
  /** All or none. */
  create(cases: readonly (NewCase & { id: string })[]): Promise<Case[]>;
  /** All or none. */
  update(changes: readonly CaseChange[]): Promise<Case[]>;
  /** Alerts that the case has already are passed over. */
  attach(caseId: string, attachments: readonly NewAttachment[]): Promise<Case>;
  push(caseId: string, connectorId: string): Promise<Case>;
  readonly records: {
    /** Those that there are. */
    get(ids: readonly string[]): Promise<StoredCaseRecord[]>;
    /** Those whose id is free; rejects with 409 where one is taken. */
    create(records: readonly CaseRecord[]): Promise<StoredCaseRecord[]>;
    update(record: StoredCaseRecord): Promise<StoredCaseRecord>;
  };
}
