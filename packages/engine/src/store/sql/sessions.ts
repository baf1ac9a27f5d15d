import type { SessionStore } from '../session-port.ts';
import type { Database } from './dialect.ts';

/** The sessions of a user who is disabled or gets another password are deleted by a trigger, with that change. */
export function sessionStore(db: Database): SessionStore {
  return {
    async create(record) {
      await db
        .insertInto('sessions')
        .values({
          id: record.id,
          username: record.username,
          password_mark: record.passwordMark,
          provider: record.provider,
          created_at: record.createdAt,
          expires_at: record.expiresAt,
          idle_expires_at: record.idleExpiresAt,
        })
        .execute();
    },
    async get(id) {
      const row = await db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
      return (
        row && {
          id,
          username: row.username,
          passwordMark: row.password_mark,
          provider: row.provider,
          createdAt: row.created_at,
          expiresAt: row.expires_at,
          idleExpiresAt: row.idle_expires_at,
        }
      );
    },
    async extend(id, idleExpiresAt) {
      const { numUpdatedRows } = await db
        .updateTable('sessions')
        .set({ idle_expires_at: idleExpiresAt })
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    async delete(id) {
      const { numDeletedRows } = await db
        .deleteFrom('sessions')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
    async deleteAll({ username, provider }) {
      const { numDeletedRows } = await db
        .deleteFrom('sessions')
        .$if(username !== undefined, (query) => query.where('username', '=', username ?? ''))
        .$if(provider !== undefined, (query) => query.where('provider', '=', provider ?? ''))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
    async deleteExpired(now, limit) {
      const { numDeletedRows } = await db
        .deleteFrom('sessions')
        .where('id', 'in', (from) =>
          from
            .selectFrom('sessions')
            .select('id')
            .where((where) => where.or([where('expires_at', '<=', now), where('idle_expires_at', '<=', now)]))
            .limit(limit),
        )
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
