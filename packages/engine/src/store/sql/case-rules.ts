import type { CaseStore, StoredCaseRule } from '../case-port.ts';
import type { Database } from './dialect.ts';
import type { Tables } from './tables.ts';

export function ruleQueries(db: Database): Pick<CaseStore, 'rules' | 'createRules' | 'updateRule'> {
  return {
    async rules(spaceId, ids) {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom('case_rules')
        .selectAll()
        .where('space_id', '=', spaceId)
        .where('id', 'in', [...ids])
        .execute();
      return rows.map(({ space_id, version, document }) => ({
        ...JSON.parse(document),
        spaceId: space_id,
        version,
      }));
    },

    async createRules(rules) {
      // One statement: where an id is taken, none is kept.
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('case_rules')
        .columns(['id', 'space_id', 'version', 'document'])
        .values(rules.map(ruleRow))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === BigInt(rules.length);
    },

    async updateRule(rule) {
      const { numUpdatedRows } = await db
        .updateTable('case_rules')
        .set(ruleRow({ ...rule, version: rule.version + 1 }))
        .where('id', '=', rule.id)
        .where('space_id', '=', rule.spaceId)
        .where('version', '=', rule.version)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
  };
}

function ruleRow({ spaceId, version, ...rest }: StoredCaseRule): Tables['case_rules'] {
  return { id: rest.id, space_id: spaceId, version, document: JSON.stringify(rest) };
}
