import { randomUUID } from 'node:crypto';
import type { Case, CaseOwner, CaseUser, NewCase } from '@patchbay/kit';
import type { CaseActivity, CaseChanges, StoredCase } from '../store/index.ts';
import { activityOf } from './activity.ts';
import { type Attachment, attachmentOf } from './attachment.ts';
import { ensureMay, ownersFor } from './authorization.ts';
import { checkFields } from './case-checks.ts';
import { CasesError, doing } from './cases-error.ts';
import { completed } from './custom-fields.ts';
import { canAssign, configuredFields, conflict, type Desk, doingOf, noSuchCase, theCaseFor } from './desk.ts';
import { ensureCount, LIMITS } from './limits.ts';
import { creation, newCase } from './new-case.ts';
import { type AskedChange, updateCases } from './update.ts';
import { versionOf } from './version.ts';

export interface CaseWithComments {
  theCase: Case;
  /** In the order in which they were made. */
  comments: Attachment[];
}

/** Why one of several things that were asked for is not in the answer. */
export interface Missing {
  id: string;
  error: CasesError;
}

export interface CaseCalls {
  create(given: NewCase & { id?: string | undefined }): Promise<Case>;
  /** All or none. */
  createAll(given: readonly (NewCase & { id: string })[]): Promise<Case[]>;
  get(id: string, options?: { withComments: boolean }): Promise<CaseWithComments>;
  getAll(ids: readonly string[]): Promise<{ cases: Case[]; missing: Missing[] }>;
  /** All or none. Those of which nothing changes are left as they are, and out. */
  update(changes: readonly AskedChange[]): Promise<Case[]>;
  delete(ids: readonly string[]): Promise<void>;
  tags(owners?: readonly CaseOwner[]): Promise<string[]>;
  reporters(owners?: readonly CaseOwner[]): Promise<CaseUser[]>;
  activity(
    id: string,
    query: { types: readonly string[]; order: 'asc' | 'desc'; offset: number; limit: number },
  ): Promise<{ activity: CaseActivity[]; total: number }>;
}

export function caseCalls(desk: Desk): CaseCalls {
  const { store, spaceId } = desk;

  async function createAll(given: readonly (NewCase & { id: string })[]): Promise<Case[]> {
    for (const each of given) checkFields(each);
    ensureMay(
      desk,
      'createCase',
      given.map(({ owner }) => owner),
    );
    if (given.some(({ assignees = [] }) => assignees.length > 0) && !canAssign(desk)) {
      throw new CasesError(
        403,
        'In order to assign users to cases, you must be subscribed to an Elastic Platinum license',
      );
    }
    const done = doingOf(desk);
    const cases: StoredCase[] = [];
    for (const { id, ...each } of given) {
      const customFields = completed(each.customFields ?? [], await configuredFields(desk, each.owner));
      cases.push(newCase(each, { id, spaceId, customFields }, done));
    }
    const changes: CaseChanges = {
      create: cases,
      activity: cases.flatMap((theCase) => activityOf(theCase, [creation(theCase)], done)),
    };
    const taken = await store.commit(spaceId, changes);
    if (taken !== undefined) throw conflict(taken.join(', '));
    const ids = cases.map(({ id }) => id);
    return inOrder(ids, await store.get(spaceId, ids)).map(caseOf);
  }

  return {
    create: (given) =>
      doing('Failed to create case', async () => {
        const [created] = await createAll([{ ...given, id: given.id ?? randomUUID() }]);
        // One was asked for.
        return created as Case;
      }),

    createAll: (given) => doing('Failed to bulk create cases', () => createAll(given)),

    get: (id, { withComments } = { withComments: true }) =>
      doing(`Failed to get case id: ${id}`, async () => {
        const theCase = await theCaseFor(desk, 'getCase', id);
        const comments = withComments ? (await store.attachments({ caseId: id })).attachments : [];
        return { theCase: caseOf(theCase), comments: comments.map(attachmentOf) };
      }),

    getAll: (ids) =>
      doing(`Failed to bulk get cases: ${ids.join(', ')}`, async () => {
        ensureCount('ids', ids, LIMITS.casesAtOnce, 1);
        const found = new Map((await store.get(spaceId, ids)).map((each) => [each.id, each]));
        const cases: Case[] = [];
        const missing: Missing[] = [];
        for (const id of ids) {
          const theCase = found.get(id);
          const error = theCase === undefined ? noSuchCase(id) : refusal(desk, theCase);
          if (theCase !== undefined && error === undefined) cases.push(caseOf(theCase));
          else if (error !== undefined) missing.push({ id, error });
        }
        return { cases, missing };
      }),

    update: (changes) => {
      const ids = changes.map(({ id, version }) => ({ id, version }));
      return doing(`Failed to update case, ids: ${JSON.stringify(ids)}`, async () =>
        (await updateCases(desk, changes)).map(caseOf),
      );
    },

    delete: (ids) =>
      doing(`Failed to delete cases ids: ${JSON.stringify(ids)}`, async () => {
        ensureCount('ids', ids, LIMITS.casesAtOnce, 1);
        const found = await store.get(spaceId, ids);
        ensureMay(
          desk,
          'deleteCase',
          found.map(({ owner }) => owner),
        );
        const gone = ids.find((id) => !found.some((each) => each.id === id));
        if (gone !== undefined) throw noSuchCase(gone);
        await store.delete(spaceId, ids);
      }),

    tags: async (owners) => store.tags(spaceId, ownersFor(desk, 'getCase', owners)),

    reporters: async (owners) => store.reporters(spaceId, ownersFor(desk, 'getCase', owners)),

    activity: (id, query) =>
      doing(`Failed to find user actions for case id: ${id}`, async () => {
        await theCaseFor(desk, 'getCase', id);
        return store.activity({ caseId: id, ...query });
      }),
  };
}

export function caseOf({ spaceId, version, ...theCase }: StoredCase): Case {
  return { ...theCase, version: versionOf(version) };
}

function refusal(desk: Desk, { owner }: StoredCase): CasesError | undefined {
  try {
    ensureMay(desk, 'getCase', [owner]);
    return undefined;
  } catch (error) {
    if (error instanceof CasesError) return error;
    throw error;
  }
}

function inOrder(ids: readonly string[], cases: readonly StoredCase[]): StoredCase[] {
  return ids.flatMap((id) => cases.find((each) => each.id === id) ?? []);
}
