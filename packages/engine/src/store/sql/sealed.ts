import { sql } from 'kysely';
import type { Resealed } from '../sealed-port.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { inTransaction } from './transaction.ts';

/** What re-encryption asks of a table with a column `secrets`. */
export function sealedColumn(
  db: Database,
  dialect: SqlDialect,
  table: 'connectors' | 'connector_settings' | 'connector_tokens',
  idColumn: 'id' | 'connector_id',
) {
  return {
    async countSealed(prefix: string): Promise<{ total: number; otherwise: number }> {
      const { rows } = await sql<{ total: number; otherwise: number }>`
        select count(*) as total, count(*) filter (where ${sealedOtherwise(prefix)}) as otherwise
        from ${sql.table(table)}`.execute(db);
      return { total: rows[0]?.total ?? 0, otherwise: rows[0]?.otherwise ?? 0 };
    },
    async reseal(changes: readonly Resealed[]): Promise<void> {
      await inTransaction(db, dialect, async (trx) => {
        for (const { id, before, after } of changes) {
          await sql`
            update ${sql.table(table)} set secrets = ${after}
            where ${sql.ref(idColumn)} = ${id} and secrets = ${before}`.execute(trx);
        }
      });
    },
  };
}

/** A condition: the ciphertext does not begin so. */
export function sealedOtherwise(prefix: string, column = 'secrets') {
  return sql<boolean>`substr(${sql.ref(column)}, 1, ${prefix.length}) <> ${prefix}`;
}
