import { Kysely, sql } from 'kysely';
import type { MetaStore, Store } from '../ports.ts';
import { connectorSettingsStore } from './connector-settings.ts';
import { connectorTokenStore } from './connector-tokens.ts';
import { connectorStore } from './connectors.ts';
import { nodeSqliteDialect } from './dialect.ts';
import { eventStore } from './events.ts';
import { oauthStateStore } from './oauth-states.ts';
import { openDatabase } from './open.ts';
import { referenceStore } from './references.ts';
import { apiKeyStore, roleStore, userStore } from './security.ts';
import { spaceStore } from './spaces.ts';
import type { Tables } from './tables.ts';

/** The store on one SQLite file, which this process holds alone. Throws `StartupError` when it cannot be used. */
export function openSqliteStore(path: string): Store {
  const database = openDatabase(path);
  const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(database) });
  return {
    connectors: connectorStore(db),
    connectorSettings: connectorSettingsStore(db),
    connectorTokens: connectorTokenStore(db),
    oauthStates: oauthStateStore(db),
    references: referenceStore(db),
    spaces: spaceStore(db),
    users: userStore(db),
    roles: roleStore(db),
    apiKeys: apiKeyStore(db),
    events: eventStore(db, database),
    meta: metaStore(db),
    async ping() {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}

function metaStore(db: Kysely<Tables>): MetaStore {
  return {
    async get(name) {
      const row = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
      return row?.value;
    },
    async set(name, value) {
      await db
        .insertInto('meta')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
  };
}
