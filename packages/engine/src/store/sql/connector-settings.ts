import type { ConnectorSettingsStore } from '../ports.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { sealedColumn, sealedOtherwise } from './sealed.ts';

export function connectorSettingsStore(db: Database, dialect: SqlDialect): ConnectorSettingsStore {
  return {
    ...sealedColumn(db, dialect, 'connector_settings', 'connector_id'),
    async listSealedOtherwise(prefix, after, limit) {
      const rows = await db
        .selectFrom('connector_settings')
        .innerJoin('connectors', 'connectors.id', 'connector_settings.connector_id')
        .select(['connector_id', 'space_id', 'settings', 'connector_settings.secrets as secrets'])
        .where(sealedOtherwise(prefix, 'connector_settings.secrets'))
        .where('connector_id', '>', after)
        .orderBy('connector_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        connectorId: row.connector_id,
        spaceId: row.space_id,
        settings: JSON.parse(row.settings),
        secrets: row.secrets,
      }));
    },
    async get(connectorId) {
      const row = await db
        .selectFrom('connector_settings')
        .selectAll()
        .where('connector_id', '=', connectorId)
        .executeTakeFirst();
      return row && { connectorId, settings: JSON.parse(row.settings), secrets: row.secrets };
    },
    async put(spaceId, { connectorId, settings, secrets }) {
      const columns = { settings: JSON.stringify(settings), secrets };
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('connector_settings')
        .columns(['connector_id', 'settings', 'secrets'])
        .expression((from) =>
          from
            .selectFrom('connectors')
            .select((row) => [
              'id as connector_id',
              row.val(columns.settings).as('settings'),
              row.val(secrets).as('secrets'),
            ])
            .where('id', '=', connectorId)
            .where('space_id', '=', spaceId)
            .$if(dialect.locksRows, (rows) => rows.forShare()),
        )
        .onConflict((conflict) => conflict.column('connector_id').doUpdateSet(columns))
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    async delete(connectorId) {
      await db.deleteFrom('connector_settings').where('connector_id', '=', connectorId).execute();
    },
  };
}
