import { sql } from 'kysely';
import type { DueLane, WakeupStore } from '../delivery-port.ts';
import type { EventStore } from '../event-port.ts';
import type { Store, StorePorts } from '../ports.ts';
import { bucketStore } from './buckets.ts';
import { caseStore } from './cases.ts';
import { connectorAccessStore } from './connector-access.ts';
import { connectorSettingsStore } from './connector-settings.ts';
import { connectorTokenStore } from './connector-tokens.ts';
import { connectorStore } from './connectors.ts';
import { deliveryStore, type HotDeliveries } from './deliveries.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { eventQueries } from './events.ts';
import { laneStore } from './lanes.ts';
import { metaStore } from './meta.ts';
import { oauthStateStore } from './oauth-states.ts';
import { referenceStore } from './references.ts';
import { apiKeyStore, roleStore, userStore } from './security.ts';
import { sessionStore } from './sessions.ts';
import { spaceStore } from './spaces.ts';
import { inTransaction } from './transaction.ts';
import { troubleStore } from './troubles.ts';

export interface SqlDriver extends SqlDialect {
  appendEvents(db: Database, ...events: Parameters<EventStore['append']>): Promise<void>;
  deliveries: HotDeliveries;
  /** `afterCommit` runs what may be done when the transaction stands. */
  addWakeups(db: Database, lanes: readonly DueLane[], afterCommit: AfterCommit): Promise<void>;
  wakeups: Pick<WakeupStore, 'share' | 'listen'>;
}

type AfterCommit = (run: () => void) => void;

/** The store on a database whose tables are there. */
export function sqlStore(
  db: Database,
  driver: SqlDriver,
): Omit<Store, 'close' | 'isShared' | 'changes' | 'time' | 'figures' | 'backup'> {
  const ports = portsOn(db, driver, (run) => run());
  return {
    ...ports,
    wakeups: { ...ports.wakeups, ...driver.wakeups },
    async transaction(work) {
      const { result, afterCommit } = await inTransaction(db, driver, async (transaction) => {
        const afterCommit: (() => void)[] = [];
        const later: AfterCommit = (run) => void afterCommit.push(run);
        const result = await work({ ...portsOn(transaction, driver, later), afterCommit: later });
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

function portsOn(db: Database, driver: SqlDriver, afterCommit: AfterCommit): StorePorts {
  return {
    connectors: connectorStore(db, driver),
    connectorSettings: connectorSettingsStore(db, driver),
    connectorAccess: connectorAccessStore(db, driver),
    connectorTokens: connectorTokenStore(db, driver),
    oauthStates: oauthStateStore(db),
    references: referenceStore(db, driver),
    spaces: spaceStore(db, driver),
    users: userStore(db),
    roles: roleStore(db),
    apiKeys: apiKeyStore(db),
    sessions: sessionStore(db),
    events: { ...eventQueries(db, driver), append: (events) => driver.appendEvents(db, events) },
    cases: caseStore(db, driver),
    meta: metaStore(db, driver),
    deliveries: deliveryStore(db, driver),
    lanes: laneStore(db, driver),
    buckets: bucketStore(db, driver),
    troubles: troubleStore(db, driver),
    wakeups: { add: (lanes) => driver.addWakeups(db, lanes, afterCommit) },
  };
}
