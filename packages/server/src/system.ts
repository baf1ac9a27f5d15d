import type { Access } from '@patchbay/engine/access';
import type { Cases } from '@patchbay/engine/cases';
import type { Catalog } from '@patchbay/engine/catalog';
import type { Settings } from '@patchbay/engine/config';
import type { Delivery } from '@patchbay/engine/delivery';
import type { EventLog } from '@patchbay/engine/events';
import type { Execution } from '@patchbay/engine/execution';
import type { HealthReader, WhyReader } from '@patchbay/engine/health';
import type { License } from '@patchbay/engine/licensing';
import type { OAuth } from '@patchbay/engine/oauth';
import type { SavedObjects } from '@patchbay/engine/saved-objects';
import type { Spaces } from '@patchbay/engine/spaces';
import type { Store } from '@patchbay/engine/store';
import type { Tracing } from '@patchbay/engine/tracing';
import type { Usage } from '@patchbay/engine/usage';
import type { Vault } from '@patchbay/engine/vault';
import type { Logger } from '@patchbay/kit';
import type { Audit } from './audit.ts';
import type { Metrics } from './metrics/index.ts';
import type { Tallies } from './metrics/observers.ts';

/** Everything that the HTTP API stands on, put together once by `start.ts`. */
export interface System {
  settings: Settings;
  license: License;
  /** Identifies this process. */
  uuid: string;
  store: Store;
  vault: Vault;
  access: Access;
  spaces: Spaces;
  catalog: Catalog;
  execution: Execution;
  cases: Cases;
  delivery: Delivery;
  health: HealthReader;
  why: WhyReader;
  usage(): Promise<Usage>;
  oauth: OAuth;
  savedObjects: SavedObjects;
  events: EventLog;
  /** undefined: turned off. */
  audit: Audit | undefined;
  /** Counts requests; undefined: nobody counts. */
  tallies: Tallies | undefined;
  tracing: Tracing;
  /** The answer for Prometheus; undefined: there is none. */
  scrape: (() => ReturnType<Metrics['scrape']>) | undefined;
  log: Logger;
  now(): Date;
  /** Collects V8's young generation. */
  collectYoung(): void;
}
