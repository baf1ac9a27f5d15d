import type { Kysely } from 'kysely';
import type { ConnectorTokenStore } from '../ports.ts';
import { sealedOtherwise } from './sealed.ts';
import type { Tables } from './tables.ts';

/** The tokens of an updated connector are deleted by a trigger, with the update. */
export function connectorTokenStore(db: Kysely<Tables>): ConnectorTokenStore {
  return {
    async get(connectorId) {
      const row = await db
        .selectFrom('connector_tokens')
        .selectAll()
        .where('connector_id', '=', connectorId)
        .executeTakeFirst();
      return row && { connectorId, token: row.token, expiresAt: row.expires_at, updatedAt: row.updated_at };
    },
    async put({ connectorId, token, expiresAt, updatedAt }, connectorVersion) {
      const columns = { token, expires_at: expiresAt, updated_at: updatedAt };
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('connector_tokens')
        .columns(['connector_id', 'token', 'expires_at', 'updated_at'])
        .expression((from) =>
          from
            .selectFrom('connectors')
            .select((row) => [
              'id as connector_id',
              row.val(token).as('token'),
              row.val(expiresAt).as('expires_at'),
              row.val(updatedAt).as('updated_at'),
            ])
            .where('id', '=', connectorId)
            .where('version', '=', connectorVersion),
        )
        .onConflict((conflict) => conflict.column('connector_id').doUpdateSet(columns))
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    async deleteSealedOtherwise(prefix) {
      await db.deleteFrom('connector_tokens').where(sealedOtherwise(prefix, 'token')).execute();
    },
    async delete(connectorId) {
      await db.deleteFrom('connector_tokens').where('connector_id', '=', connectorId).execute();
    },
  };
}
