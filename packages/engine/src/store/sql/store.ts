import { sql } from 'kysely';
import type { EventStore, Store, StorePorts } from '../ports.ts';
import { caseStore } from './cases.ts';
import { connectorSettingsStore } from './connector-settings.ts';
import { connectorTokenStore } from './connector-tokens.ts';
import { connectorStore } from './connectors.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { eventQueries } from './events.ts';
import { metaStore } from './meta.ts';
import { oauthStateStore } from './oauth-states.ts';
import { referenceStore } from './references.ts';
import { apiKeyStore, roleStore, userStore } from './security.ts';
import { spaceStore } from './spaces.ts';
import { inTransaction } from './transaction.ts';

export interface SqlDriver extends SqlDialect {
  appendEvents(db: Database, ...events: Parameters<EventStore['append']>): Promise<void>;
}

/** The store on a database whose tables are there. */
export function sqlStore(db: Database, driver: SqlDriver): Omit<Store, 'close' | 'isShared'> {
  return {
    ...portsOn(db, driver),
    async transaction(work) {
      const { result, afterCommit } = await inTransaction(db, driver, async (transaction) => {
        const afterCommit: (() => void)[] = [];
        const ports = portsOn(transaction, driver);
        const result = await work({ ...ports, afterCommit: (run) => void afterCommit.push(run) });
        return { result, afterCommit };
      });
      for (const run of afterCommit) run();
      return result;
    },
    async ping() {
      await sql`select 1`.execute(db);
    },
  };
}

function portsOn(db: Database, driver: SqlDriver): StorePorts {
  return {
    connectors: connectorStore(db, driver),
    connectorSettings: connectorSettingsStore(db, driver),
    connectorTokens: connectorTokenStore(db, driver),
    oauthStates: oauthStateStore(db),
    references: referenceStore(db, driver),
    spaces: spaceStore(db),
    users: userStore(db),
    roles: roleStore(db),
    apiKeys: apiKeyStore(db),
    events: { ...eventQueries(db), append: (events) => driver.appendEvents(db, events) },
    cases: caseStore(db, driver),
    meta: metaStore(db),
  };
}
