import type { Selectable } from 'kysely';
import type { ApiKeyRecord, ApiKeyStore, RoleStore, UserRecord, UserStore } from '../ports.ts';
import type { Database } from './dialect.ts';
import type { Tables } from './tables.ts';

export function userStore(db: Database): UserStore {
  return {
    async list() {
      return (await db.selectFrom('users').selectAll().orderBy('username').execute()).map(toUser);
    },
    async get(username) {
      const row = await db
        .selectFrom('users')
        .selectAll()
        .where('username', '=', username)
        .executeTakeFirst();
      return row === undefined ? undefined : toUser(row);
    },
    async create(record) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('users')
        .values({ username: record.username, ...userColumns(record) })
        .onConflict((conflict) => conflict.column('username').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    async put(record) {
      const values = userColumns(record);
      await db
        .insertInto('users')
        .values({ username: record.username, ...values })
        .onConflict((conflict) => conflict.column('username').doUpdateSet(values))
        .execute();
    },
    async delete(username) {
      const { numDeletedRows } = await db
        .deleteFrom('users')
        .where('username', '=', username)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}

function userColumns(record: UserRecord) {
  return {
    password_hash: record.passwordHash,
    roles: JSON.stringify(record.roles),
    full_name: record.fullName,
    email: record.email,
    enabled: Number(record.enabled),
    profile_uid: record.profileUid,
  };
}

function toUser(row: Selectable<Tables['users']>): UserRecord {
  return {
    username: row.username,
    passwordHash: row.password_hash,
    roles: JSON.parse(row.roles),
    fullName: row.full_name,
    email: row.email,
    enabled: row.enabled === 1,
    profileUid: row.profile_uid,
  };
}

export function roleStore(db: Database): RoleStore {
  return {
    async list() {
      const rows = await db.selectFrom('roles').selectAll().orderBy('name').execute();
      return rows.map(({ name, body }) => ({ name, body: JSON.parse(body) }));
    },
    async put({ name, body }) {
      const text = JSON.stringify(body);
      for (;;) {
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('roles')
          .values({ name, body: text })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows === 1n) return true;
        const { numUpdatedRows } = await db
          .updateTable('roles')
          .set({ body: text })
          .where('name', '=', name)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) return false;
        // It was there for the first statement and is gone for the second: from the beginning.
      }
    },
    async delete(name) {
      const { numDeletedRows } = await db
        .deleteFrom('roles')
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}

export function apiKeyStore(db: Database): ApiKeyStore {
  return {
    async get(id) {
      const row = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toApiKey(row);
    },
    async list(username) {
      const rows = await db
        .selectFrom('api_keys')
        .selectAll()
        .$if(username !== undefined, (query) => query.where('username', '=', username ?? ''))
        .orderBy('id')
        .execute();
      return rows.map(toApiKey);
    },
    async create(record) {
      await db
        .insertInto('api_keys')
        .values({
          id: record.id,
          name: record.name,
          username: record.username,
          key_hash: record.keyHash,
          privileges: JSON.stringify(record.privileges),
          descriptors: JSON.stringify(record.descriptors),
          metadata: JSON.stringify(record.metadata),
          created_at: record.createdAt,
          expires_at: record.expiresAt,
          invalidated_at: record.invalidatedAt,
        })
        .execute();
    },
    async update(record) {
      const { numUpdatedRows } = await db
        .updateTable('api_keys')
        .set({
          privileges: JSON.stringify(record.privileges),
          descriptors: JSON.stringify(record.descriptors),
          metadata: JSON.stringify(record.metadata),
          expires_at: record.expiresAt,
        })
        .where('id', '=', record.id)
        .where('invalidated_at', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    async invalidate(id, at) {
      const { numUpdatedRows } = await db
        .updateTable('api_keys')
        .set({ invalidated_at: at })
        .where('id', '=', id)
        .where('invalidated_at', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
  };
}

function toApiKey(row: Selectable<Tables['api_keys']>): ApiKeyRecord {
  return {
    id: row.id,
    name: row.name,
    username: row.username,
    keyHash: row.key_hash,
    privileges: JSON.parse(row.privileges),
    descriptors: JSON.parse(row.descriptors),
    metadata: JSON.parse(row.metadata),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    invalidatedAt: row.invalidated_at,
  };
}
