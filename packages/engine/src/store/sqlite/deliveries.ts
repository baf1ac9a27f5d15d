import type { SqliteDatabase, SqliteStatement } from 'kysely';
import type {
  ClaimedDelivery,
  DeliveryState,
  DueLane,
  Inserted,
  NewDeliveryRecord,
} from '../delivery-port.ts';
import {
  type DeliveryRow,
  deliveryRecord,
  type HotDeliveries,
  inTransaction,
  type SqlDialect,
} from '../sql/index.ts';

/** What is run for every single delivery: prepared once, on the connection itself, within a transaction that is open. */
export function hotDeliveries(database: SqliteDatabase, dialect: SqlDialect): HotDeliveries {
  /** When it is first needed, since a start prepares what most processes need. */
  const prepare = (sql: string) => {
    let statement: SqliteStatement | undefined;
    const prepared = () => {
      statement ??= database.prepare(sql);
      return statement;
    };
    return {
      row: (...values: unknown[]) => prepared().all(values)[0] as Record<string, unknown> | undefined,
      rows: (...values: unknown[]) => prepared().all(values),
      run: (...values: unknown[]) => Number(prepared().run(values).changes),
    };
  };
  const pending = prepare('select pending from delivery_queue where shard = 0');
  const addPending = prepare('update delivery_queue set pending = pending + ? where shard = 0');
  const byKey = prepare('select id, state from deliveries where space_id = ? and idempotency_key = ?');
  const before = prepare(
    `select 1 from deliveries where space_id = ? and connector_id = ? and order_key = ?
     and state in ('blocked', 'ready', 'running') limit 1`,
  );
  const insert = prepare(
    `insert into deliveries (id, space_id, connector_id, type_id, state, order_key, idempotency_key, source, origin, trace,
       run_at, due_at, attempt, uncounted, round_at, attempts, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, '[]', ?, ?)`,
  );
  const insertParams = prepare('insert into delivery_params (id, secrets) values (?, ?)');
  const claim = prepare(
    `update deliveries set state = 'running', worker = ?, started_at = ?, updated_at = ?, attempt = attempt + 1
     where seq in (select seq from deliveries where connector_id = ? and state = 'ready' and due_at <= ?
       order by due_at, seq limit ?)
     returning *`,
  );
  const claimOld = prepare(
    `update deliveries set state = 'running', worker = ?, started_at = ?, updated_at = ?, attempt = attempt + 1
     where seq in (select seq from deliveries where connector_id = ? and state = 'ready' and due_at <= ?
       and max(round_at, run_at) <= ? order by due_at, seq limit ?)
     returning *`,
  );
  const params = prepare('select secrets from delivery_params where id = ?');
  const settle = prepare(
    `update deliveries set state = ?, due_at = ?, attempts = ?, uncounted = uncounted + ?, reason = ?, ended_at = ?,
       updated_at = ?, worker = null, started_at = null
     where seq = ? and state = 'running' and worker = ? and attempt = ?`,
  );
  const release = prepare(
    `update deliveries set state = 'ready', updated_at = ? where seq = (select seq from deliveries
       where space_id = ? and connector_id = ? and order_key = ? and state = 'blocked' order by seq limit 1)
     returning due_at`,
  );

  const countPending = () => Number(pending.row()?.pending ?? 0);

  /** The one that was enqueued before with the same idempotency key. */
  function known({ spaceId, idempotencyKey }: NewDeliveryRecord): Inserted | undefined {
    const row = idempotencyKey === null ? undefined : byKey.row(spaceId, idempotencyKey);
    if (row === undefined) return undefined;
    return { outcome: 'duplicate', id: String(row.id), state: row.state as DeliveryState };
  }

  function insertOne(record: NewDeliveryRecord): Inserted {
    const {
      id,
      spaceId,
      connectorId,
      typeId,
      orderKey,
      idempotencyKey,
      source,
      origin,
      trace = null,
    } = record;
    const { runAt, createdAt } = record;
    const isBlocked = orderKey !== null && before.row(spaceId, connectorId, orderKey) !== undefined;
    const state = isBlocked ? 'blocked' : 'ready';
    insert.run(
      id,
      spaceId,
      connectorId,
      typeId,
      state,
      orderKey,
      idempotencyKey,
      JSON.stringify(source),
      origin === null ? null : JSON.stringify(origin),
      trace === null ? null : JSON.stringify(trace),
      runAt,
      runAt,
      createdAt,
      createdAt,
      createdAt,
    );
    insertParams.run(id, record.params);
    return { outcome: 'queued', id, state };
  }

  return {
    async insert(_db, records, maxPending) {
      let room = maxPending - countPending();
      let added = 0;
      const inserted = records.map((record): Inserted => {
        if (room <= 0) return known(record) ?? { outcome: 'full' };
        const one = known(record) ?? insertOne(record);
        if (one.outcome === 'queued') {
          room--;
          added++;
        }
        return one;
      });
      if (added > 0) addPending.run(added);
      return inserted;
    },

    claim: (db, connectorId, worker, limit, now, acceptedBefore) =>
      inTransaction(db, dialect, async () => {
        const claimed =
          acceptedBefore === undefined
            ? claim.rows(worker, now, now, connectorId, now, limit)
            : claimOld.rows(worker, now, now, connectorId, now, acceptedBefore, limit);
        const rows = claimed as DeliveryRow[];
        return rows.map((row): ClaimedDelivery => {
          const secrets = params.row(row.id)?.secrets;
          return Object.assign(deliveryRecord(row), {
            params: secrets === undefined ? null : String(secrets),
          });
        });
      }),

    async settle(_db, settlements) {
      return settlements.filter(({ claimed, attempt, state, dueAt, isUncounted, reason, at }) => {
        const changes = settle.run(
          state,
          dueAt,
          JSON.stringify([...claimed.attempts, attempt]),
          Number(isUncounted),
          reason,
          state === 'ready' ? null : at,
          at,
          claimed.seq,
          claimed.worker,
          claimed.attempt,
        );
        return changes === 1;
      });
    },

    async addPending(_db, count) {
      addPending.run(count);
    },

    async releaseNext(_db, queues, at) {
      return queues.flatMap(({ spaceId, connectorId, orderKey }): DueLane[] => {
        const row = release.row(at, spaceId, connectorId, orderKey);
        return row === undefined ? [] : [{ connectorId, dueAt: String(row.due_at) }];
      });
    },
  };
}
