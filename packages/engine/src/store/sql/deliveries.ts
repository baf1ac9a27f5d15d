import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import {
  type ClaimedDelivery,
  type DeliveryQuery,
  type DeliveryRecord,
  type DeliveryStore,
  type DueLane,
  type EndedRange,
  type Inserted,
  type NewDeliveryRecord,
  PENDING_STATES,
  type Pruned,
  type QueueCount,
  type Settlement,
} from '../delivery-port.ts';
import { deliveryRecord } from './delivery-row.ts';
import type { Database, SqlDialect } from './dialect.ts';
import { endedDeliveries } from './ended-deliveries.ts';
import { inTransaction } from './transaction.ts';

/** What each driver does in its own fastest way, for many at once. All but `claim` within a transaction that is open. */
export interface HotDeliveries {
  /** Those whose idempotency key is not taken, up to the bound; counts them as pending. */
  insert(db: Database, records: readonly NewDeliveryRecord[], maxPending: number): Promise<Inserted[]>;
  claim(
    db: Database,
    connectorId: string,
    worker: string,
    limit: number,
    now: string,
    acceptedBefore: string | undefined,
  ): Promise<ClaimedDelivery[]>;
  /** Gives those that have taken effect. */
  settle(db: Database, settlements: readonly Settlement[]): Promise<Settlement[]>;
  addPending(db: Database, count: number): Promise<void>;
  /** Lets the next one of each order key go, whose former one has ended. */
  releaseNext(db: Database, queues: readonly OrderQueue[], at: string): Promise<DueLane[]>;
}

/** Those of one connector, in one space, that have one order key. */
export type OrderQueue = Pick<DeliveryRecord, 'spaceId' | 'connectorId'> & { orderKey: string };
type Queued = Pick<DeliveryRecord, 'spaceId' | 'connectorId' | 'orderKey'>;
type Keyed = Queued & { idempotencyKey?: string | null };

const TURNS = 256;

function turnOf(...key: string[]): number {
  return createHash('sha256').update(JSON.stringify(key)).digest().readUInt32LE() % TURNS;
}

export interface DeliveryDriver extends SqlDialect {
  deliveries: HotDeliveries;
  appendEvents(db: Database, events: Settlement['events']): Promise<void>;
}

interface QueueRow {
  connector_id: string;
  state: QueueCount['state'];
  count: number | string;
  first_due_at: string;
}

/** What is left of a worker that has not been heard of for this long is forgotten. */
const WORKER_KEPT_MS = 24 * 60 * 60_000;

/** From one lane to the next along the index, whatever their lengths. */
const WITH_LANES = sql`
  with recursive lanes (connector_id) as (
    select min(connector_id) from deliveries where state = 'ready'
    union all
    select (select min(connector_id) from deliveries where state = 'ready' and connector_id > lanes.connector_id)
    from lanes where lanes.connector_id is not null
  )`;
const OLDEST_DUE = sql`(select min(due_at) from deliveries
  where state = 'ready' and deliveries.connector_id = lanes.connector_id) as due_at`;

export function deliveryStore(db: Database, driver: DeliveryDriver): DeliveryStore {
  const hot = driver.deliveries;

  /**
   * Whoever enqueues for an order key, and whoever ends the one before, do so one after the other: else one could wait for
   * an end that has been. The same with idempotency keys. In one order, so that no two wait for each other; and few names
   * for many keys, since what can be locked at once is bounded.
   */
  async function takeTurns(transaction: Database, records: readonly Keyed[]): Promise<void> {
    if (!driver.locksRows) return;
    const names = new Set<number>();
    for (const { spaceId, connectorId, orderKey, idempotencyKey = null } of records) {
      if (orderKey !== null) names.add(turnOf(spaceId, connectorId, orderKey));
      if (idempotencyKey !== null) names.add(turnOf(spaceId, idempotencyKey));
    }
    for (const name of [...names].sort((a, b) => a - b))
      await driver.takeTurns(transaction, `delivery ${name}`);
  }

  /** Whoever changes one of the rows by hand meanwhile goes first, and it is not there, or after it. */
  async function pruneEnded(
    { states, before, after }: EndedRange,
    limit: number,
    remove: (transaction: Database, rows: readonly { id: string }[]) => Promise<number>,
  ): Promise<Pruned> {
    return inTransaction(db, driver, async (transaction) => {
      const rows = await transaction
        .selectFrom('deliveries')
        .select(['id', 'seq', 'state', 'ended_at'])
        .where('ended_at', '<', before)
        .$if(after !== undefined, (query) =>
          query
            .where('ended_at', '>=', after?.endedAt ?? null)
            .where((is) =>
              is.or([is('ended_at', '>', after?.endedAt ?? null), is('seq', '>', after?.seq ?? 0)]),
            ),
        )
        .orderBy('ended_at')
        .orderBy('seq')
        .limit(limit)
        .$if(driver.locksRows, (query) => query.forUpdate())
        .execute();
      const old = rows.filter(({ state }) => states.some((one) => one === state));
      const last = rows.at(-1);
      return {
        removed: old.length === 0 ? 0 : await remove(transaction, old),
        last: last && { endedAt: last.ended_at ?? before, seq: last.seq },
      };
    });
  }

  return {
    insert: (records, maxPending) =>
      inTransaction(db, driver, async (transaction) => {
        await takeTurns(transaction, records);
        return hot.insert(transaction, records, maxPending);
      }),

    async pending() {
      const row = await db
        .selectFrom('delivery_queue')
        .select(sql<number>`coalesce(sum(pending), 0)`.as('pending'))
        .executeTakeFirstOrThrow();
      return Number(row.pending);
    },

    async claim(connectorId, worker, limit, now, { maxRunning, acceptedBefore } = {}) {
      if (maxRunning === undefined)
        return (await hot.claim(db, connectorId, worker, limit, now, acceptedBefore)).sort(inTurn);
      return inTransaction(db, driver, async (transaction) => {
        await driver.takeTurns(transaction, `claim ${connectorId}`);
        const room = Math.min(limit, maxRunning - (await countRunning(transaction, connectorId)));
        if (room <= 0) return [];
        return (await hot.claim(transaction, connectorId, worker, room, now, acceptedBefore)).sort(inTurn);
      });
    },

    async claimedAt(connectorId, worker, at) {
      const rows = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('state', '=', 'running')
        .where('worker', '=', worker)
        .where('started_at', '=', at)
        .where('connector_id', '=', connectorId)
        .execute();
      return rows.map(deliveryRecord);
    },

    settle: (settlements) =>
      inTransaction(db, driver, async (transaction) => {
        const ending = settlements.filter(({ state }) => state !== 'ready').map(({ claimed }) => claimed);
        const followUps = settlements.flatMap((settlement) => settlement.followUps);
        await takeTurns(transaction, [...ending, ...followUps]);
        const settled = await hot.settle(transaction, settlements);
        const ended = settled.filter(({ state }) => state !== 'ready');
        if (ended.length > 0) await hot.addPending(transaction, -ended.length);
        const due = await hot.releaseNext(
          transaction,
          queuesOf(ended.map(({ claimed }) => claimed)),
          atOf(settled),
        );
        await driver.appendEvents(
          transaction,
          settled.flatMap(({ events }) => events),
        );
        const following = settled.flatMap((settlement) => settlement.followUps);
        if (following.length > 0) {
          await hot.insert(transaction, following, Number.MAX_SAFE_INTEGER);
          due.push(...following.map(({ connectorId, runAt }) => ({ connectorId, dueAt: runAt })));
        }
        return due;
      }),

    async release(claimed, at) {
      await inTransaction(db, driver, async (transaction) => {
        for (const { seq, worker, attempt } of claimed) {
          await transaction
            .updateTable('deliveries')
            .set({ state: 'ready', worker: null, started_at: null, attempt: attempt - 1, updated_at: at })
            .where('seq', '=', seq)
            .where('state', '=', 'running')
            .where('worker', '=', worker)
            .where('attempt', '=', attempt)
            .execute();
        }
      });
    },

    async nextDue(connectorId) {
      const row = await db
        .selectFrom('deliveries')
        .select('due_at')
        .where('connector_id', '=', connectorId)
        .where('state', '=', 'ready')
        .orderBy('due_at')
        .limit(1)
        .executeTakeFirst();
      return row?.due_at;
    },

    async lanes() {
      const { rows } = await sql<{ connector_id: string; due_at: string }>`
        ${WITH_LANES} select connector_id, ${OLDEST_DUE} from lanes where connector_id is not null`.execute(
        db,
      );
      return rows.map(({ connector_id, due_at }) => ({ connectorId: connector_id, dueAt: due_at }));
    },

    async depths(countUpTo) {
      const { rows } = await sql<{ connector_id: string; due_at: string; ready: number }>`
        ${WITH_LANES} select connector_id, ${OLDEST_DUE}, (
          select count(*) from (
            select 1 from deliveries where state = 'ready' and deliveries.connector_id = lanes.connector_id
            limit ${countUpTo}
          ) as counted
        ) as ready
        from lanes where connector_id is not null`.execute(db);
      return rows.map(({ connector_id, due_at, ready }) => ({
        connectorId: connector_id,
        dueAt: due_at,
        ready: Number(ready),
      }));
    },

    async keepAlive(worker, until) {
      await db
        .insertInto('delivery_workers')
        .values({ id: worker, alive_until: until })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ alive_until: until }))
        .execute();
      const old = new Date(Date.parse(until) - WORKER_KEPT_MS).toISOString();
      await db.deleteFrom('delivery_workers').where('alive_until', '<', old).execute();
    },

    async retire(worker) {
      await db.deleteFrom('delivery_workers').where('id', '=', worker).execute();
    },

    ...endedDeliveries(db, driver),

    async queues() {
      // Written out, so that each is counted in its own partial index.
      const { rows } = await sql<QueueRow>`
        select connector_id, 'ready' as state, count(*) as count, min(due_at) as first_due_at
          from deliveries where state = 'ready' group by connector_id
        union all select connector_id, 'running', count(*), min(due_at)
          from deliveries where state = 'running' group by connector_id
        union all select connector_id, 'dead', count(*), min(due_at)
          from deliveries where state = 'dead' group by connector_id
        union all select connector_id, 'blocked', count(*), min(due_at) from deliveries
          where order_key is not null and state in ('blocked', 'ready', 'running') and state = 'blocked'
          group by connector_id`.execute(db);
      return rows.map((row) => ({
        connectorId: row.connector_id,
        state: row.state,
        count: Number(row.count),
        firstDueAt: row.first_due_at,
      }));
    },

    async liveWorkers(now) {
      const { count } = await db
        .selectFrom('delivery_workers')
        .select(({ fn }) => fn.countAll<string | number>().as('count'))
        .where('alive_until', '>', now)
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    async abandoned(now, limit) {
      const rows = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('state', '=', 'running')
        .where('worker', 'not in', (workers) =>
          workers.selectFrom('delivery_workers').select('id').where('alive_until', '>', now),
        )
        .limit(limit)
        .execute();
      return rows.map(deliveryRecord);
    },

    async get(spaceId, id) {
      const row = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('id', '=', id)
        .where('space_id', '=', spaceId)
        .executeTakeFirst();
      return row === undefined ? undefined : deliveryRecord(row);
    },

    async find(query, { from, size, countUpTo }) {
      const found = matching(db, query);
      const rows = await found.selectAll().orderBy('seq', 'desc').offset(from).limit(size).execute();
      const counted = await db
        .selectFrom(found.select('seq').limit(countUpTo).as('found'))
        .select(sql<number>`count(*)`.as('total'))
        .executeTakeFirstOrThrow();
      return { deliveries: rows.map(deliveryRecord), total: Number(counted.total) };
    },

    async params(id) {
      const row = await db
        .selectFrom('delivery_params')
        .select('secrets')
        .where('id', '=', id)
        .executeTakeFirst();
      return row?.secrets;
    },

    transition: (record, { from, to, at }) =>
      inTransaction(db, driver, async (transaction) => {
        const { seq, connectorId } = record;
        const queues = queuesOf([record]);
        await takeTurns(transaction, [record]);
        const before = await transaction
          .selectFrom('deliveries')
          .select('state')
          .where('seq', '=', seq)
          .$if(driver.locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        const state = from.find((one) => one === before?.state);
        if (state === undefined) return { changed: false, due: [] };
        const change = transaction.updateTable('deliveries').where('seq', '=', seq);
        const wasPending = PENDING_STATES.some((one) => one === state);
        if (to !== 'ready') {
          await change.set({ state: to, updated_at: at, ended_at: at }).execute();
          if (!wasPending) return { changed: true, due: [] };
          await hot.addPending(transaction, -1);
          // One that only waited for its turn holds nobody up.
          const isNext = state !== 'blocked';
          return { changed: true, due: isNext ? await hot.releaseNext(transaction, queues, at) : [] };
        }
        const [queue] = queues;
        const isBlocked = queue !== undefined && (await hasPending(transaction, queue));
        await change
          .set((columns) => ({
            state: isBlocked ? 'blocked' : 'ready',
            due_at: at,
            round_at: at,
            // What was tried before does not count any more.
            uncounted: columns.ref('attempt'),
            updated_at: at,
            ended_at: null,
          }))
          .execute();
        await hot.addPending(transaction, 1);
        return { changed: true, due: isBlocked ? [] : [{ connectorId, dueAt: at }] };
      }),

    prune: (range, limit) =>
      pruneEnded(range, limit, async (transaction, rows) => {
        const ids = rows.map(({ id }) => id);
        await transaction.deleteFrom('delivery_params').where('id', 'in', ids).execute();
        await transaction.deleteFrom('deliveries').where('id', 'in', ids).execute();
        return ids.length;
      }),

    pruneParams: (range, limit) =>
      pruneEnded(range, limit, async (transaction, rows) => {
        const ids = rows.map(({ id }) => id);
        const params = transaction.deleteFrom('delivery_params').where('id', 'in', ids);
        return Number((await params.executeTakeFirstOrThrow()).numDeletedRows);
      }),

    async countSealed(prefix) {
      const { rows } = await sql<{ total: number; otherwise: number | null }>`
        select count(*) as total,
          sum(case when substr(secrets, 1, ${prefix.length}) <> ${prefix} then 1 else 0 end) as otherwise
        from delivery_params`.execute(db);
      return { total: Number(rows[0]?.total ?? 0), otherwise: Number(rows[0]?.otherwise ?? 0) };
    },

    async listSealedOtherwise(prefix, after, limit) {
      const rows = await db
        .selectFrom('delivery_params')
        .innerJoin('deliveries', 'deliveries.id', 'delivery_params.id')
        .select(['deliveries.id', 'space_id', 'connector_id', 'secrets'])
        .where(sql<boolean>`substr(secrets, 1, ${prefix.length}) <> ${prefix}`)
        .where('deliveries.id', '>', after)
        .orderBy('deliveries.id')
        .limit(limit)
        .execute();
      return rows.map(({ id, space_id, connector_id, secrets }) => ({
        id,
        spaceId: space_id,
        connectorId: connector_id,
        secrets,
      }));
    },

    reseal: (changes) =>
      inTransaction(db, driver, async (transaction) => {
        for (const { id, before, after } of changes) {
          await transaction
            .updateTable('delivery_params')
            .set({ secrets: after })
            .where('id', '=', id)
            .where('secrets', '=', before)
            .execute();
        }
      }),
  };
}

/** Those of a space that is being deleted. */
export async function deleteDeliveries(
  transaction: Database,
  { deliveries }: DeliveryDriver,
  spaceId: string,
): Promise<void> {
  const pending = await transaction
    .selectFrom('deliveries')
    .select(sql<number>`count(*)`.as('count'))
    .where('space_id', '=', spaceId)
    .where('state', 'in', PENDING_STATES)
    .executeTakeFirstOrThrow();
  await transaction
    .deleteFrom('delivery_params')
    .where('id', 'in', (rows) => rows.selectFrom('deliveries').select('id').where('space_id', '=', spaceId))
    .execute();
  await transaction.deleteFrom('deliveries').where('space_id', '=', spaceId).execute();
  await deliveries.addPending(transaction, -Number(pending.count));
}

function matching(db: Database, query: DeliveryQuery) {
  const { spaceId, connectorId, states, orderKey, idempotencyKey, from, to, before } = query;
  const { exceptConnectors = [] } = query;
  let found = db.selectFrom('deliveries').where('space_id', '=', spaceId);
  if (connectorId !== undefined) found = found.where('connector_id', '=', connectorId);
  const [only] = states?.length === 1 ? states : [];
  // Written out: with a parameter the index of just this state is not found.
  if (only !== undefined) found = found.where('state', '=', sql.lit(only));
  else if (states !== undefined) found = found.where('state', 'in', [...states]);
  if (orderKey !== undefined) found = found.where('order_key', '=', orderKey);
  if (idempotencyKey !== undefined) found = found.where('idempotency_key', '=', idempotencyKey);
  if (from !== undefined) found = found.where('created_at', '>=', from);
  if (to !== undefined) found = found.where('created_at', '<', to);
  if (before !== undefined) found = found.where('seq', '<', before);
  if (exceptConnectors.length > 0) found = found.where('connector_id', 'not in', [...exceptConnectors]);
  return found;
}

function queuesOf(records: readonly Queued[]): OrderQueue[] {
  return records.flatMap(({ spaceId, connectorId, orderKey }) =>
    orderKey === null ? [] : [{ spaceId, connectorId, orderKey }],
  );
}

async function hasPending(db: Database, { spaceId, connectorId, orderKey }: OrderQueue): Promise<boolean> {
  const row = await db
    .selectFrom('deliveries')
    .select('seq')
    .where('space_id', '=', spaceId)
    .where('connector_id', '=', connectorId)
    .where('order_key', '=', orderKey)
    .where('state', 'in', PENDING_STATES)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

async function countRunning(db: Database, connectorId: string): Promise<number> {
  const row = await db
    .selectFrom('deliveries')
    .select(sql<number>`count(*)`.as('count'))
    .where('connector_id', '=', connectorId)
    .where('state', '=', 'running')
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

function atOf(settlements: readonly Settlement[]): string {
  return settlements[0]?.at ?? '';
}

function inTurn(a: DeliveryRecord, b: DeliveryRecord): number {
  if (a.dueAt !== b.dueAt) return a.dueAt < b.dueAt ? -1 : 1;
  return a.seq - b.seq;
}
