import type { Cases, StoredCaseRecord } from '@patchbay/kit';
import type { StoredCaseRule } from '../store/index.ts';
import { CasesError } from './cases-error.ts';
import type { CasesClient } from './client.ts';
import { canAssign, type Desk } from './desk.ts';
import { versionOf } from './version.ts';

/** The part of a client that a run of `.cases` needs, with its own records beside. */
export function casesOfRun(desk: Desk, client: CasesClient): Cases {
  const { store, spaceId } = desk;
  return {
    canBeAssigned: canAssign(desk),

    async configuration(owner) {
      const [configuration] = await client.configuration.configurations([owner]);
      return configuration;
    },

    async get(ids) {
      const { cases, missing } = await client.cases.getAll(ids);
      const refused = missing.find(({ error }) => error.statusCode !== 404);
      if (refused !== undefined) throw refused.error;
      return cases;
    },

    create: client.cases.createAll,
    update: client.cases.update,
    attach: async (caseId, attachments) => (await client.attachments.attach(caseId, attachments)).theCase,
    push: async (caseId, connectorId) => (await client.push({ caseId, connectorId })).theCase,

    records: {
      get: async (ids) => (await store.rules(spaceId, ids)).map(recordOf),
      async create(records) {
        const rules = records.map((record): StoredCaseRule => ({ ...record, spaceId, version: 1 }));
        if (!(await store.createRules(rules))) throw recordConflict(records);
        return rules.map(recordOf);
      },
      async update(record) {
        const [current] = await store.rules(spaceId, [record.id]);
        if (current === undefined || versionOf(current.version) !== record.version) {
          throw recordConflict([record]);
        }
        const { version } = current;
        const changed = { ...record, spaceId, version };
        if (!(await store.updateRule(changed))) throw recordConflict([record]);
        return { ...record, version: versionOf(version + 1) };
      },
    },
  };
}

function recordOf({ spaceId, version, ...record }: StoredCaseRule): StoredCaseRecord {
  return { ...record, version: versionOf(version) };
}

function recordConflict(records: readonly { id: string }[]): CasesError {
  return new CasesError(409, `Saved object [cases-rules/${records.map(({ id }) => id).join(', ')}] conflict`);
}
