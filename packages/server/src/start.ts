import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { createAccess } from '@patchbay/engine/access';
import { createCases } from '@patchbay/engine/cases';
import { createCatalog, createTypeRegistry } from '@patchbay/engine/catalog';
import { type LoadedSettings, operatorSettings, type Settings } from '@patchbay/engine/config';
import { elasticsearchDirectory } from '@patchbay/engine/delegation';
import {
  createDelivery,
  createDeliveryWorker,
  createRetention,
  readHolds,
  sharedClock,
} from '@patchbay/engine/delivery';
import { createEgress } from '@patchbay/engine/egress';
import {
  createAlertHistoryTemplate,
  createElasticsearch,
  elasticsearchOptions,
  withoutCredentials,
} from '@patchbay/engine/elasticsearch';
import { StartupError } from '@patchbay/engine/errors';
import { createEventLog, createEventRetention, startEventExport } from '@patchbay/engine/events';
import { createExecution, type Execution } from '@patchbay/engine/execution';
import { createExpiry, createHealth, createWhy } from '@patchbay/engine/health';
import { createOAuth } from '@patchbay/engine/oauth';
import { processRedactor, type Redact } from '@patchbay/engine/redaction';
import { createSavedObjects } from '@patchbay/engine/saved-objects';
import { createSpaces } from '@patchbay/engine/spaces';
import { openStore, parseStoreUrl } from '@patchbay/engine/store';
import { createTokens } from '@patchbay/engine/tokens';
import { createUsage } from '@patchbay/engine/usage';
import { createSecretReferences } from '@patchbay/engine/vault';
import { type ConnectorType, type Logger, messageOf } from '@patchbay/kit';
import { accessLimits } from './access-limits.ts';
import { createApp, type SlowRequestLimits } from './app.ts';
import { openAudit } from './audit.ts';
import type { App } from './http/app-type.ts';
import { reloadTls } from './http/server-tls.ts';
import { createMetrics } from './metrics/index.ts';
import { listenForMetrics } from './metrics/own-port.ts';
import { openDataVault } from './open-vault.ts';
import { serverUuid } from './server-uuid.ts';
import { NOT_TRACED } from './tracing/open-tracing.ts';
import type { Traces } from './tracing/traces.ts';
import { API_LEVEL, PATCHBAY_VERSION } from './version.ts';

export interface StartOptions extends LoadedSettings {
  types: readonly ConnectorType[];
  /** Where secret references to variables look. */
  environment?: NodeJS.ProcessEnv;
  logger(name: string): Logger;
  /** Left out: nothing is traced. Ended with the server. */
  traces?: Traces;
  now?: () => Date;
  /** Collects the young generation; left out: that is left to V8. */
  collectYoung?: () => void;
  slowRequests?: SlowRequestLimits;
}

export interface RunningServer {
  /** Where it listens, without a trailing slash. */
  url: string;
  /** The same of the port that `/metrics` has for itself, if it has one. */
  metricsUrl: string | undefined;
  dataPath: string;
  /** Set once, on the very first start. */
  generatedPassword: string | undefined;
  /** Set once, when the encryption key was generated. */
  newKeyFile: string | undefined;
  /** Takes out of a text what is secret here at this moment. */
  redact: Redact;
  /** Reads the certificates again, for connections to come, and opens the audit file anew. What cannot be read stays as it was. */
  reload(): void;
  /** Stops accepting, lets runs in flight end within the limit, writes what is buffered; whatever hangs, it resolves soon after the limit. */
  stop(): Promise<void>;
}

/** Started together, as by Docker Compose, a database takes longer than a server. */
const STORE_PATIENCE_MS = 30_000;

const CLOSE_IDLE_EVERY_MS = 50;
const OAUTH_CLEAN_UP_EVERY_MS = 30 * 60_000;
const RETENTION_EVERY_MS = 5 * 60_000;
const EVENT_RETENTION_EVERY_MS = 60_000;
const EXPIRY_EVERY_MS = 24 * 60 * 60_000;

/** Not part of the start. */
const EXPIRY_FIRST_MS = 60_000;

/** So that a clock that is set, or a machine that was suspended, is noticed well within a lease. */
const CLOCK_EVERY_MS = 5000;

/** After its runs were aborted, how long an answer may still take to leave. */
const GRACE_MS = 2000;

/** And how long all that follows: a store that does not answer, or a run that heeds no signal, does not hold up the end. */
const LONGEST_END_MS = 5000;

/** The composition root: puts everything together and listens. Throws `StartupError`. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { settings, types, logger, now = () => new Date() } = options;
  const dataPath = resolve(settings['path.data']);
  mkdirSync(dataPath, { recursive: true, mode: 0o700 });
  const { tracing, stop: stopTracing } = options.traces ?? NOT_TRACED;
  const metrics = settings['patchbay.metrics.enabled'] ? createMetrics(settings) : undefined;
  const observers = metrics?.observers;
  const store = await openStore(parseStoreUrl(settings['patchbay.store.url'], dataPath), {
    maxConnections: settings['patchbay.store.maxConnections'],
    patienceMs: STORE_PATIENCE_MS,
    log: logger('store'),
    observer: observers?.store,
  });
  try {
    const { vault, newKeyFile } = await openDataVault(settings, store, dataPath);
    const license = { type: settings['patchbay.license'], status: settings['patchbay.licenseStatus'] };
    const registry = createTypeRegistry({
      types,
      enabledTypes: settings['xpack.actions.enabledActionTypes'],
      license,
    });
    const egress = createEgress(settings, logger('actions'), { observer: observers?.egress, tracing });
    const elasticsearch = createElasticsearch(elasticsearchOptions(settings), { egress, now });
    const catalog = createCatalog({
      elasticsearch,
      types: registry,
      store,
      vault,
      references: createSecretReferences({
        environment: options.environment ?? {},
        allowedVariables: settings['patchbay.secretReferences.environment'],
        allowedFolders: settings['patchbay.secretReferences.folders'],
      }),
      validation: { allowedHosts: egress.allowedHosts, settings: operatorSettings(settings) },
      preconfigured: settings['xpack.actions.preconfigured'],
      hasAlertHistory: settings['xpack.actions.preconfiguredAlertHistoryEsIndex'],
      preconfiguredSettings: settings['patchbay.connectorSettings'],
      preconfiguredAccess: settings['patchbay.connectorAccess'],
      log: logger('actions'),
      now,
    });
    const spaces = await createSpaces({
      store: store.spaces,
      changes: store.changes,
      maxSpaces: settings['xpack.spaces.maxSpaces'],
      onDeleted: catalog.forgetSpace,
    });
    const { access, generatedPassword } = await createAccess({
      store,
      firstPassword: options.firstPassword,
      ...accessLimits(settings),
      directory: settings['patchbay.authentication.elasticsearch.enabled']
        ? elasticsearchDirectory({
            elasticsearch: createElasticsearch(withoutCredentials(elasticsearchOptions(settings)), {
              egress,
              now,
            }),
            spaceIds: () => spaces.list().map(({ id }) => id),
            cacheMs: settings['patchbay.authentication.elasticsearch.cacheFor'],
            log: logger('plugins.security'),
          })
        : undefined,
      now,
    });
    const events = createEventLog({ store: store.events, log: logger('event-log') });
    const uuid = await serverUuid(store);
    const tokens = createTokens({ store: store.connectorTokens, vault, now });
    const userAgent = `Patchbay/${PATCHBAY_VERSION}`;
    const cases = createCases({
      store,
      catalog,
      license,
      publicBaseUrl: settings['server.publicBaseUrl'],
      run: (request) => execution.run(request),
      now,
    });
    const execution: Execution = createExecution({
      catalog,
      egress,
      elasticsearch,
      tokens,
      cases: cases.ofRun,
      events,
      installation: { uuid, version: API_LEVEL },
      userAgent,
      processRedactor: processRedactor(settings),
      rateLimits: settings['xpack.actions.rateLimiter'],
      observer: observers?.run,
      tracing,
      logger,
      now,
    });
    const deliveryLog = logger('delivery');
    const clock = sharedClock({ store, log: deliveryLog, now });
    await clock.sync();
    const delivery = createDelivery({
      store,
      catalog,
      vault,
      maxQueued: settings['xpack.actions.queued.max'],
      observer: observers?.delivery,
      tracing,
      log: logger('plugins.actions'),
      now: clock.now,
    });
    const worker = settings['patchbay.roles'].includes('worker')
      ? createDeliveryWorker({
          store,
          catalog,
          execution,
          vault,
          settings,
          observer: observers?.delivery,
          tracing,
          log: deliveryLog,
          now: clock.now,
        })
      : undefined;
    const holds = readHolds({ store, catalog, settings, now: clock.now });
    const why = createWhy({ store, catalog, delivery, events, holds, now: clock.now });
    const expiry = createExpiry({
      store,
      catalog,
      spaces,
      warnBeforeMs: settings['patchbay.expiryWarning'],
      log: logger('actions'),
      now,
    });
    const health = createHealth({ store, catalog, events, holds, expiring: expiry.of, now: clock.now });
    const oauth = createOAuth({
      catalog,
      egress,
      store,
      vault,
      tokens,
      publicBaseUrl: settings['server.publicBaseUrl'],
      rateLimits: {
        authorize: settings['xpack.actions.auth.oauth_authorization_code.rate_limits.authorize'],
        callback: settings['xpack.actions.auth.oauth_authorization_code.rate_limits.callback'],
      },
      userAgent,
      log: logger('plugins.actions.oauth'),
      now,
    });
    const scrape =
      metrics &&
      (() =>
        metrics.scrape({
          store,
          runsInFlight: execution.inFlight,
          deliveriesRunning: worker?.running,
          events: events.figures,
          now: clock.now,
        }));
    const log = logger('server');
    const audit = openAudit(settings, logger);
    const app = await createApp(
      {
        settings,
        license,
        uuid,
        store,
        vault,
        access,
        spaces,
        catalog,
        execution,
        cases,
        delivery,
        health,
        why,
        usage: createUsage({ store, catalog, spaces, events, now }),
        oauth,
        savedObjects: createSavedObjects({
          catalog,
          store,
          maxObjects: settings['savedObjects.maxImportExportSize'],
        }),
        events,
        audit,
        tallies: metrics?.tallies,
        tracing,
        scrape,
        log,
        now,
        collectYoung: options.collectYoung ?? (() => {}),
      },
      options.slowRequests,
    );
    const metricsPort = settings['patchbay.metrics.port'];
    const ownPort =
      scrape === undefined || metricsPort === undefined
        ? undefined
        : await listenForMetrics({ host: settings['patchbay.metrics.host'], port: metricsPort }, scrape, log);
    if (ownPort !== undefined) app.addHook('onClose', ownPort.close);
    const url = await listen(app, settings);
    await worker?.start();
    const background = new AbortController();
    // Nothing waits for it: a start does not depend on Elasticsearch.
    const alertHistory = settings['xpack.actions.preconfiguredAlertHistoryEsIndex']
      ? createAlertHistoryTemplate(elasticsearch, logger('actions'), background.signal)
      : undefined;

    const cleanUp = repeatedly(OAUTH_CLEAN_UP_EVERY_MS, oauth.cleanUp, logger('plugins.actions.oauth'));
    const sessionsCleanUp = repeatedly(
      settings['xpack.security.session.cleanupInterval'],
      access.cleanUpSessions,
      logger('plugins.security'),
    );
    const synchronizing = store.isShared ? repeatedly(CLOCK_EVERY_MS, clock.sync, deliveryLog) : undefined;
    const warning = repeatedly(EXPIRY_EVERY_MS, expiry.warn, logger('actions'), EXPIRY_FIRST_MS);
    const retention = createRetention({ store: store.deliveries, settings, log: deliveryLog, now });
    const pruning =
      worker && repeatedly(RETENTION_EVERY_MS, () => retention.sweep(background.signal), deliveryLog);
    const eventRetention = createEventRetention({
      store: store.events,
      keepMs: settings['patchbay.events.retention'],
      maxBytes: settings['patchbay.events.maxSize'],
      log: logger('event-log'),
      now,
    });
    const pruningEvents =
      worker &&
      repeatedly(
        EVENT_RETENTION_EVERY_MS,
        () => eventRetention.sweep(background.signal),
        logger('event-log'),
      );

    const exporting =
      worker && settings['patchbay.events.elasticsearch.enabled']
        ? startEventExport({
            store,
            isShared: store.isShared,
            // A file has one process at a time, which need not wait for the one before.
            owner: store.isShared ? randomUUID() : 'the one process',
            elasticsearch,
            dataStream: settings['patchbay.events.elasticsearch.dataStream'],
            log: logger('event-log'),
            now,
          })
        : undefined;

    return {
      url,
      metricsUrl: ownPort?.url,
      dataPath,
      generatedPassword,
      newKeyFile,
      redact: execution.redact,
      reload() {
        log.info('reading certificates again, and opening the audit file anew');
        reloadTls(app.server, settings, log);
        audit?.reopen();
      },
      async stop() {
        const tooLate = Promise.withResolvers<void>();
        const end = setTimeout(() => {
          log.error('stopping: not everything has ended, and it is not waited for any longer');
          tooLate.resolve();
        }, settings['server.shutdownTimeout'] + LONGEST_END_MS);
        await Promise.race([finish(), tooLate.promise]);
        clearTimeout(end);
      },
    };

    async function finish(): Promise<void> {
      const limit = setTimeout(() => {
        log.warn(`stopping: ${execution.inFlight()} runs did not end within the limit and are aborted`);
        execution.abortAll();
        setTimeout(() => app.server.closeAllConnections(), GRACE_MS).unref();
      }, settings['server.shutdownTimeout']);
      // A connection that has had its last answer would otherwise be kept alive, and the stop with it.
      const closing = setInterval(() => app.server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
      await Promise.all([app.close(), worker?.stop()]);
      // One whose answer has left may still be counting what it cost.
      await execution.ended();
      clearTimeout(limit);
      clearInterval(closing);
      background.abort();
      await alertHistory;
      await cleanUp.stop();
      await sessionsCleanUp.stop();
      await warning.stop();
      await pruning?.stop();
      await pruningEvents?.stop();
      await exporting?.stop();
      await synchronizing?.stop();
      await events.close();
      await egress.close();
      audit?.close();
      await store.close();
      await stopTracing();
    }
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Runs `work` now and then, one at a time; what goes wrong is logged, and the next turn tries again. */
function repeatedly(
  everyMs: number,
  work: () => Promise<void>,
  log: Logger,
  firstMs = everyMs,
): { stop(): Promise<void> } {
  let running = Promise.resolve();
  const turn = () => {
    running = running.then(work).catch((error) => log.error(`clean-up failed: ${messageOf(error)}`));
    timer = setTimeout(turn, everyMs).unref();
  };
  let timer = setTimeout(turn, firstMs).unref();
  return {
    stop() {
      clearTimeout(timer);
      return running;
    },
  };
}

async function listen(app: App, settings: Settings): Promise<string> {
  const host = settings['server.host'];
  const port = settings['server.port'];
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    const code = (cause as NodeJS.ErrnoException).code;
    const reason = code === 'EADDRINUSE' ? 'the port is in use' : String(code ?? cause);
    throw new StartupError(`Cannot listen on ${host}:${port}: ${reason}.`, { cause });
  }
  const address = app.server.address() as AddressInfo;
  const scheme = settings['server.ssl.enabled'] ? 'https' : 'http';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
