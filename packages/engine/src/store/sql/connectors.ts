import type { AuthMode } from '@patchbay/kit';
import type { Selectable } from 'kysely';
import type { ConnectorRecord, ConnectorStore, NamedRef } from '../ports.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { sealedColumn, sealedOtherwise } from './sealed.ts';
import type { Tables } from './tables.ts';

/** Parameters of one statement, well below what either database takes. */
const MAX_IDS = 1000;

export function connectorStore(db: Database, dialect: SqlDialect): ConnectorStore {
  return {
    ...sealedColumn(db, dialect, 'connectors', 'id'),
    async listSealedOtherwise(prefix, after, limit) {
      const rows = await db
        .selectFrom('connectors')
        .selectAll()
        .where(sealedOtherwise(prefix))
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(fromRow);
    },
    async get(spaceId, id) {
      const row = await db
        .selectFrom('connectors')
        .selectAll()
        .where('id', '=', id)
        .where('space_id', '=', spaceId)
        .executeTakeFirst();
      return row === undefined ? undefined : fromRow(row);
    },
    async list(spaceId) {
      const rows = await db
        .selectFrom('connectors')
        .selectAll()
        .where('space_id', '=', spaceId)
        .orderBy('id')
        .execute();
      return rows.map(fromRow);
    },
    async spacesOf(ids) {
      const spaces = new Map<string, string>();
      for (let from = 0; from < ids.length; from += MAX_IDS) {
        const rows = await db
          .selectFrom('connectors')
          .select(['id', 'space_id'])
          .where('id', 'in', ids.slice(from, from + MAX_IDS))
          .execute();
        for (const row of rows) spaces.set(row.id, row.space_id);
      }
      return spaces;
    },
    async create(record) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('connectors')
        .values({ ...columns(record), created_at: record.createdAt, version: record.version })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    async update(record) {
      const { numUpdatedRows } = await db
        .updateTable('connectors')
        .set({ ...columns(record), version: record.version + 1 })
        .where('id', '=', record.id)
        .where('space_id', '=', record.spaceId)
        .where('version', '=', record.version)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    async delete(spaceId, id) {
      const { numDeletedRows } = await db
        .deleteFrom('connectors')
        .where('id', '=', id)
        .where('space_id', '=', spaceId)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}

function columns(record: Omit<ConnectorRecord, 'createdAt' | 'version'>) {
  return {
    id: record.id,
    space_id: record.spaceId,
    type_id: record.typeId,
    name: record.name,
    config: JSON.stringify(record.config),
    secrets: record.secrets,
    is_missing_secrets: Number(record.isMissingSecrets),
    auth_mode: record.authMode,
    origin_id: record.originId ?? null,
    refs: JSON.stringify(record.references ?? []),
    updated_at: record.updatedAt,
  };
}

function fromRow(row: Selectable<Tables['connectors']>): ConnectorRecord {
  const references = JSON.parse(row.refs) as NamedRef[];
  return {
    id: row.id,
    spaceId: row.space_id,
    typeId: row.type_id,
    name: row.name,
    config: JSON.parse(row.config),
    secrets: row.secrets,
    isMissingSecrets: row.is_missing_secrets === 1,
    authMode: row.auth_mode as AuthMode,
    ...(row.origin_id !== null && { originId: row.origin_id }),
    ...(references.length > 0 && { references }),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
