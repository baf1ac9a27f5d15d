import { randomUUID } from 'node:crypto';
import type { NewDeliveryRecord, Settlement, Store } from '@patchbay/engine/store';
import { v7 } from 'uuid';
import { median } from '../median.ts';
import { alertBody } from './bodies.ts';

const INSERTED_AT_ONCE = 2000;
const TAKEN_AT_ONCE = 100;
const TURNS = 20;
const CONNECTOR = 'c1';
const WORKER = randomUUID();
/** About as long as a sealed body is. */
const SEALED = Buffer.from(alertBody(0)).toString('base64url');

/** Microseconds a delivery, in batches as under load: medians. */
export interface QueueCost {
  claim: number;
  settle: number;
}

/** What claims and settlements cost while so many are queued in the one lane. Leaves the queue as long as it found it. */
export async function costAt(store: Store, queued: number): Promise<QueueCost> {
  for (let missing = queued - (await store.deliveries.pending()); missing > 0; missing -= INSERTED_AT_ONCE)
    await insert(store, Math.min(INSERTED_AT_ONCE, missing));
  const claims: number[] = [];
  const settlements: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const startedAt = performance.now();
    const claimed = await store.deliveries.claim(CONNECTOR, WORKER, TAKEN_AT_ONCE, new Date().toISOString());
    const claimedAt = performance.now();
    await store.deliveries.settle(claimed.map(delivered));
    const settledAt = performance.now();
    claims.push(((claimedAt - startedAt) * 1000) / claimed.length);
    settlements.push(((settledAt - claimedAt) * 1000) / claimed.length);
    await insert(store, claimed.length);
  }
  return { claim: median(claims), settle: median(settlements) };
}

async function insert(store: Store, count: number): Promise<void> {
  await store.deliveries.insert(Array.from({ length: count }, newRecord), Number.MAX_SAFE_INTEGER);
}

function newRecord(): NewDeliveryRecord {
  const createdAt = new Date().toISOString();
  return {
    id: v7(),
    spaceId: 'default',
    connectorId: CONNECTOR,
    typeId: '.webhook',
    orderKey: null,
    idempotencyKey: null,
    source: { kind: 'http_request', user: { name: 'elastic', id: 'u1' } },
    origin: null,
    runAt: createdAt,
    createdAt,
    params: SEALED,
  };
}

function delivered(claimed: Settlement['claimed']): Settlement {
  const at = new Date().toISOString();
  return {
    claimed,
    attempt: {
      number: claimed.attempt,
      startedAt: at,
      endedAt: at,
      outcome: 'delivered',
      executionUuid: randomUUID(),
      reason: null,
      nextTryAt: null,
    },
    state: 'delivered',
    dueAt: claimed.dueAt,
    isUncounted: false,
    reason: null,
    at,
    events: [],
    followUps: [],
  };
}
