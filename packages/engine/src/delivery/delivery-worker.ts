import { randomUUID } from 'node:crypto';
import type { Logger } from '@patchbay/kit';
import type { Catalog } from '../catalog/index.ts';
import type { Settings } from '../config/index.ts';
import type { Execution } from '../execution/index.ts';
import type { DeliveryRecord, Store } from '../store/index.ts';
import { NO_TRACING, type Tracing } from '../tracing/index.ts';
import type { Vault } from '../vault/index.ts';
import { endsWriter } from './ends-writer.ts';
import { createGate } from './gate.ts';
import { hostLimits } from './host-limits.ts';
import { keptParams } from './kept-params.ts';
import { type LaneLimitsSettings, laneLimits } from './lane-limits.ts';
import type { RetryPolicy } from './next-try.ts';
import { createNotices } from './notices.ts';
import type { DeliveryObserver } from './observer.ts';
import { deliveryRuns } from './run-delivery.ts';
import { createSettler } from './settler.ts';
import { standIns } from './stand-in.ts';
import { createWorker, type Worker } from './worker.ts';

export interface DeliveryWorkerOptions {
  store: Pick<Store, 'deliveries' | 'wakeups' | 'isShared' | 'lanes' | 'buckets' | 'transaction'>;
  catalog: Pick<Catalog, 'types' | 'deliverySettings' | 'resolve' | 'validation'>;
  execution: Pick<Execution, 'runTask' | 'recordLost'>;
  vault: Vault;
  settings: LaneLimitsSettings &
    Pick<
      Settings,
      | 'patchbay.delivery.concurrency'
      | 'patchbay.delivery.hostLimits'
      | 'patchbay.delivery.lease'
      | 'patchbay.delivery.maxAge'
      | 'xpack.actions.run.maxAttempts'
      | 'xpack.actions.run.connectorTypeOverrides'
    >;
  observer?: DeliveryObserver | undefined;
  tracing?: Tracing | undefined;
  log: Logger;
  now(): Date;
  /** From 0 up to 1. */
  random?: (() => number) | undefined;
}

/** The reference's, for types that say nothing else. */
const DEFAULT_MAX_ATTEMPTS = 3;

/** Runs the deliveries that are due, as one of all workers on the store. */
export function createDeliveryWorker(options: DeliveryWorkerOptions): Worker {
  const { store, catalog, execution, vault, settings, observer, log, now, random = Math.random } = options;
  const { tracing = NO_TRACING } = options;
  const limits = laneLimits(catalog, settings);
  const hosts = hostLimits(settings['patchbay.delivery.hostLimits'], { store, now });
  const settler = createSettler({
    write: endsWriter({
      store,
      limits,
      notices: createNotices({ catalog, vault, observer, log, now }),
      observer,
      tracing,
      onDue: (connectorId) => worker.wake(connectorId),
      onHeld: (connectorId) => worker.hold(connectorId),
    }),
    log,
  });
  const overrides = new Map(
    settings['xpack.actions.run.connectorTypeOverrides'].map(({ id, maxAttempts }) => [id, maxAttempts]),
  );

  async function policyOf({ typeId, connectorId }: DeliveryRecord): Promise<RetryPolicy> {
    const { retry } = await catalog.deliverySettings(connectorId);
    return {
      maxAttempts:
        retry.maxAttempts ??
        overrides.get(typeId) ??
        settings['xpack.actions.run.maxAttempts'] ??
        catalog.types.find(typeId)?.maxAttempts ??
        DEFAULT_MAX_ATTEMPTS,
      maxAgeMs: retry.maxAgeMs ?? settings['patchbay.delivery.maxAge'],
      backoff: retry.backoff,
    };
  }

  const runs = deliveryRuns({
    execution,
    vault,
    settler,
    tracing,
    hosts,
    policyOf,
    standInOf: standIns({ catalog, vault, paramsOf: keptParams(store, vault), log, now }),
    log,
    now,
    random,
  });
  const worker = createWorker({
    id: randomUUID(),
    store,
    settler,
    gate: createGate(store, limits, hosts),
    limits,
    observer,
    tracing,
    run: runs.run,
    recover: runs.recover,
    expire: runs.expire,
    concurrency: settings['patchbay.delivery.concurrency'],
    leaseMs: settings['patchbay.delivery.lease'],
    log,
    now,
  });
  return worker;
}
