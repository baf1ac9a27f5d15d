import type { MetaStore } from '../ports.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { inTransaction } from './transaction.ts';

export function metaStore(db: Database, dialect: SqlDialect): MetaStore {
  return {
    get: (name) => keptValue(db, name),
    set: (name, value) => put(db, name, value),
    change: (name, step) =>
      inTransaction(db, dialect, async (transaction) => {
        // There may be no row to lock.
        await dialect.takeTurns(transaction, `meta ${name}`);
        const before = await keptValue(transaction, name);
        const after = step(before);
        if (after === undefined) return before;
        await put(transaction, name, after);
        return after;
      }),
    async setOnce(name, value) {
      await db
        .insertInto('meta')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      return (await this.get(name)) ?? value;
    },
  };
}

async function keptValue(db: Database, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value;
}

async function put(db: Database, name: string, value: string): Promise<void> {
  await db
    .insertInto('meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}
