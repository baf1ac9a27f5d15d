import type { CaseStore, StoredCaseConfiguration } from '../case-port.ts';
import type { Database } from './dialect.ts';
import type { Tables } from './tables.ts';

export function configurationQueries(
  db: Database,
): Pick<CaseStore, 'configurations' | 'getConfiguration' | 'putConfiguration' | 'updateConfiguration'> {
  return {
    async configurations(spaceId, owners) {
      if (owners.length === 0) return [];
      const rows = await db
        .selectFrom('case_configurations')
        .selectAll()
        .where('space_id', '=', spaceId)
        .where('owner', 'in', [...owners])
        .orderBy('owner')
        .execute();
      return rows.map(configurationOf);
    },

    async getConfiguration(spaceId, id) {
      const row = await db
        .selectFrom('case_configurations')
        .selectAll()
        .where('space_id', '=', spaceId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row && configurationOf(row);
    },

    async putConfiguration(configuration) {
      const row = configurationRow(configuration);
      const { id, version, document } = row;
      await db
        .insertInto('case_configurations')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['space_id', 'owner']).doUpdateSet({ id, version, document }),
        )
        .execute();
    },

    async updateConfiguration(configuration) {
      const { numUpdatedRows } = await db
        .updateTable('case_configurations')
        .set(configurationRow({ ...configuration, version: configuration.version + 1 }))
        .where('space_id', '=', configuration.spaceId)
        .where('id', '=', configuration.id)
        .where('version', '=', configuration.version)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
  };
}

function configurationRow({
  spaceId,
  version,
  ...rest
}: StoredCaseConfiguration): Tables['case_configurations'] {
  return { id: rest.id, space_id: spaceId, owner: rest.owner, version, document: JSON.stringify(rest) };
}

function configurationOf(row: Tables['case_configurations']): StoredCaseConfiguration {
  return { ...JSON.parse(row.document), spaceId: row.space_id, version: row.version };
}
