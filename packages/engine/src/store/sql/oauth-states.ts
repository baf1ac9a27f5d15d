import type { OAuthStateStore } from '../ports.ts';
import type { Database } from './dialect.ts';

/** The states of an updated connector are deleted by a trigger, with the update. */
export function oauthStateStore(db: Database): OAuthStateStore {
  return {
    async create(record) {
      await db
        .insertInto('oauth_states')
        .values({
          id: record.id,
          connector_id: record.connectorId,
          space_id: record.spaceId,
          created_by: record.createdBy,
          return_url: record.returnUrl,
          secrets: record.secrets,
          created_at: record.createdAt,
          expires_at: record.expiresAt,
        })
        .execute();
    },
    async get(id) {
      const row = await db.selectFrom('oauth_states').selectAll().where('id', '=', id).executeTakeFirst();
      return (
        row && {
          id,
          connectorId: row.connector_id,
          spaceId: row.space_id,
          createdBy: row.created_by,
          returnUrl: row.return_url,
          secrets: row.secrets,
          createdAt: row.created_at,
          expiresAt: row.expires_at,
        }
      );
    },
    async delete(id) {
      const { numDeletedRows } = await db
        .deleteFrom('oauth_states')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
    async deleteExpired(now, limit) {
      const { numDeletedRows } = await db
        .deleteFrom('oauth_states')
        .where('id', 'in', (from) =>
          from.selectFrom('oauth_states').select('id').where('expires_at', '<=', now).limit(limit),
        )
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
