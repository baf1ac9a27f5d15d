import type { ConnectorType, Logger } from '@patchbay/kit';
import { type Cases, createCases } from '../cases/index.ts';
import { type Catalog, createCatalog, createTypeRegistry } from '../catalog/index.ts';
import { loadSettings, operatorSettings } from '../config/index.ts';
import { createDelivery, createDeliveryWorker, type Delivery, type Worker } from '../delivery/index.ts';
import { createEgress } from '../egress/index.ts';
import { createElasticsearch, elasticsearchOptions } from '../elasticsearch/index.ts';
import { createEventLog } from '../events/index.ts';
import { createExecution, type Execution } from '../execution/index.ts';
import { processRedactor } from '../redaction/index.ts';
import { openSqliteStore, type Store } from '../store/index.ts';
import { createTokens } from '../tokens/index.ts';
import { createSecretReferences, openVault } from '../vault/index.ts';
import { type LogLine, logLines } from './log-lines.ts';
import { tempFolder } from './temp-folder.ts';

export interface TestEngineOptions {
  types: readonly ConnectorType[];
  /** Settings by key, such as `{'xpack.actions.allowedHosts': ['localhost']}`. */
  settings?: Record<string, unknown>;
  now?: () => Date;
  random?: () => number;
  /** Left out: a database of its own. Left open at the end. */
  store?: Store;
  /** Left out: what is logged is kept in `logged`. */
  logger?: (name: string) => Logger;
}

export interface TestEngine extends AsyncDisposable {
  store: Store;
  catalog: Catalog;
  execution: Execution;
  cases: Cases;
  delivery: Delivery;
  /** Not started. */
  worker: Worker;
  logged: LogLine[];
  /** The documents of the event log, in the order in which they were written. */
  documents(): Promise<Record<string, unknown>[]>;
}

/** The engine on a database of its own, with the spaces `default` and `other`. */
export async function testEngine(options: TestEngineOptions): Promise<TestEngine> {
  if (options.store !== undefined) return assemble(options.store, async () => {}, options);
  const folder = tempFolder();
  const store = openSqliteStore(folder.file('patchbay.sqlite'));
  const remove = async () => {
    await store.close();
    folder[Symbol.dispose]();
  };
  try {
    return await assemble(store, remove, options);
  } catch (error) {
    await remove();
    throw error;
  }
}

async function assemble(
  store: Store,
  remove: () => Promise<void>,
  options: TestEngineOptions,
): Promise<TestEngine> {
  const { types, settings: overrides = {}, now = () => new Date(), random } = options;
  const { settings } = loadSettings({ files: [], environment: {}, overrides });
  const { lines, logger: toLines } = logLines();
  const { logger = toLines } = options;
  const license = { type: settings['patchbay.license'], status: settings['patchbay.licenseStatus'] };
  for (const id of ['default', 'other']) await store.spaces.create({ id, reserved: false, attributes: {} });
  const egress = createEgress(settings, logger('actions'));
  const vault = await openVault({ meta: store.meta, encryptionKey: 'k'.repeat(32), decryptionOnlyKeys: [] });
  const elasticsearch = createElasticsearch(elasticsearchOptions(settings), { egress, now });
  const catalog = createCatalog({
    elasticsearch,
    types: createTypeRegistry({
      types,
      enabledTypes: settings['xpack.actions.enabledActionTypes'],
      license,
    }),
    store,
    vault,
    references: createSecretReferences({ environment: {}, allowedVariables: [], allowedFolders: [] }),
    validation: { allowedHosts: egress.allowedHosts, settings: operatorSettings(settings) },
    preconfigured: settings['xpack.actions.preconfigured'],
    hasAlertHistory: settings['xpack.actions.preconfiguredAlertHistoryEsIndex'],
    preconfiguredSettings: settings['patchbay.connectorSettings'],
    preconfiguredAccess: settings['patchbay.connectorAccess'],
    log: logger('actions'),
    now,
  });
  const events = createEventLog({ store: store.events, log: logger('event-log') });
  const cases = createCases({
    store,
    catalog,
    license,
    publicBaseUrl: settings['server.publicBaseUrl'],
    run: (request) => execution.run(request),
    now,
  });
  const execution: Execution = createExecution({
    cases: cases.ofRun,
    catalog,
    egress,
    elasticsearch,
    tokens: createTokens({ store: store.connectorTokens, vault, now }),
    events,
    installation: { uuid: '5b2de169', version: '9.3.0' },
    userAgent: 'test',
    processRedactor: processRedactor(settings),
    rateLimits: settings['xpack.actions.rateLimiter'],
    logger,
    now,
  });
  const delivery = createDelivery({
    store,
    catalog,
    vault,
    maxQueued: settings['xpack.actions.queued.max'],
    log: logger('plugins.actions'),
    now,
  });
  const log = logger('delivery');
  const worker = createDeliveryWorker({ store, catalog, execution, vault, settings, log, now, random });
  return {
    store,
    catalog,
    execution,
    cases,
    delivery,
    worker,
    logged: lines,
    async documents() {
      await events.flush();
      return (await store.events.find({ limit: 1000 })).map(({ document }) => document).reverse();
    },
    async [Symbol.asyncDispose]() {
      await events.close();
      await egress.close();
      await remove();
    },
  };
}
