import type { Selectable } from 'kysely';
import type { ConnectorTokenRecord, ConnectorTokenStore } from '../ports.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { sealedColumn, sealedOtherwise } from './sealed.ts';
import type { Tables } from './tables.ts';

/** The tokens of an updated connector are deleted by a trigger, with the update. */
export function connectorTokenStore(db: Database, dialect: SqlDialect): ConnectorTokenStore {
  const { reseal } = sealedColumn(db, dialect, 'connector_tokens', 'id');
  return {
    reseal,
    async get(connectorId, profileUid) {
      const row = await db
        .selectFrom('connector_tokens')
        .selectAll()
        .where('connector_id', '=', connectorId)
        .where('profile_uid', '=', profileUid ?? '')
        .executeTakeFirst();
      return row && fromRow(row);
    },
    async put(record, connectorVersion) {
      const { connectorId, profileUid } = record;
      const columns = { id: record.id, created_at: record.createdAt, ...changing(record) };
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('connector_tokens')
        .columns([
          'id',
          'connector_id',
          'profile_uid',
          'secrets',
          'expires_at',
          'refresh_token_expires_at',
          'created_at',
          'updated_at',
        ])
        .expression((from) =>
          from
            .selectFrom('connectors')
            .select((row) => [
              row.val(columns.id).as('id'),
              'connectors.id as connector_id',
              row.val(profileUid ?? '').as('profile_uid'),
              row.val(columns.secrets).as('secrets'),
              row.val(columns.expires_at).as('expires_at'),
              row.val(columns.refresh_token_expires_at).as('refresh_token_expires_at'),
              row.val(columns.created_at).as('created_at'),
              row.val(columns.updated_at).as('updated_at'),
            ])
            .where('connectors.id', '=', connectorId)
            .where('version', '=', connectorVersion)
            .$if(dialect.locksRows, (rows) => rows.forShare()),
        )
        .onConflict((conflict) => conflict.columns(['connector_id', 'profile_uid']).doUpdateSet(columns))
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    async update(record) {
      const { numUpdatedRows } = await db
        .updateTable('connector_tokens')
        .set(changing(record))
        .where('id', '=', record.id)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    async delete(connectorId, profileUid) {
      await db
        .deleteFrom('connector_tokens')
        .where('connector_id', '=', connectorId)
        .where('profile_uid', '=', profileUid ?? '')
        .execute();
    },
    async connectorsOf(profileUid) {
      const rows = await db
        .selectFrom('connector_tokens')
        .select('connector_id')
        .where('profile_uid', '=', profileUid)
        .execute();
      return rows.map((row) => row.connector_id);
    },
    async deleteOfFormerUsers() {
      await db
        .deleteFrom('connector_tokens')
        // Users of ours begin so: whoever somebody else knows may be there still.
        .where('profile_uid', 'like', 'u_%')
        .where('profile_uid', 'not in', (from) => from.selectFrom('users').select('users.profile_uid'))
        .execute();
    },
    async listSealedOtherwise(prefix, after, limit) {
      const rows = await db
        .selectFrom('connector_tokens')
        .innerJoin('connectors', 'connectors.id', 'connector_tokens.connector_id')
        .selectAll('connector_tokens')
        .select(['connectors.space_id', 'connectors.version'])
        .where(sealedOtherwise(prefix, 'connector_tokens.secrets'))
        .where('connector_tokens.id', '>', after)
        .orderBy('connector_tokens.id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...fromRow(row), spaceId: row.space_id, connectorVersion: row.version }));
    },
    async deleteSealedOtherwise(prefix) {
      await db.deleteFrom('connector_tokens').where(sealedOtherwise(prefix)).execute();
    },
  };
}

function changing(
  record: Pick<ConnectorTokenRecord, 'secrets' | 'expiresAt' | 'refreshTokenExpiresAt' | 'updatedAt'>,
) {
  return {
    secrets: record.secrets,
    expires_at: record.expiresAt,
    refresh_token_expires_at: record.refreshTokenExpiresAt,
    updated_at: record.updatedAt,
  };
}

function fromRow(row: Selectable<Tables['connector_tokens']>): ConnectorTokenRecord {
  return {
    id: row.id,
    connectorId: row.connector_id,
    profileUid: row.profile_uid === '' ? null : row.profile_uid,
    secrets: row.secrets,
    expiresAt: row.expires_at,
    refreshTokenExpiresAt: row.refresh_token_expires_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
