import type { LaneRecord, LaneState, LaneStore } from '../lane-port.ts';
import type { Database, SqlDialect } from './dialect.ts';
import type { Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';

export function laneStore(db: Database, dialect: SqlDialect): LaneStore {
  const find = async (from: Database, connectorId: string) => {
    const row = await from
      .selectFrom('delivery_lanes')
      .selectAll()
      .where('connector_id', '=', connectorId)
      .executeTakeFirst();
    return row && laneRecord(row);
  };
  return {
    get: (connectorId) => find(db, connectorId),
    async list(connectorIds) {
      if (connectorIds.length === 0) return [];
      const rows = await db
        .selectFrom('delivery_lanes')
        .selectAll()
        .where('connector_id', 'in', [...connectorIds])
        .execute();
      return rows.map(laneRecord);
    },
    async held(limit) {
      const rows = await db
        .selectFrom('delivery_lanes')
        .selectAll()
        .where((is) => is.or([is('state', '<>', 'closed'), is('paused_until', 'is not', null)]))
        .orderBy('connector_id')
        .limit(limit)
        .execute();
      return rows.map(laneRecord);
    },
    change: (connectorId, step) =>
      inTransaction(db, dialect, async (transaction) => {
        // There may be no row to lock.
        await dialect.takeTurns(transaction, `lane ${connectorId}`);
        const before = await find(transaction, connectorId);
        const { after, result } = step(before);
        if (after === before) return result;
        if (after === undefined) {
          await transaction.deleteFrom('delivery_lanes').where('connector_id', '=', connectorId).execute();
          return result;
        }
        const { connector_id, ...columns } = laneRow(after);
        await transaction
          .insertInto('delivery_lanes')
          .values({ connector_id, ...columns })
          .onConflict((conflict) => conflict.column('connector_id').doUpdateSet(columns))
          .execute();
        return result;
      }),
  };
}

function laneRecord(row: Tables['delivery_lanes']): LaneRecord {
  return {
    connectorId: row.connector_id,
    state: row.state as LaneState,
    since: row.since,
    until: row.until_at,
    failures: row.failures,
    failingSince: row.failing_since,
    cooldownMs: row.cooldown_ms,
    pausedUntil: row.paused_until,
  };
}

function laneRow(lane: LaneRecord): Tables['delivery_lanes'] {
  return {
    connector_id: lane.connectorId,
    state: lane.state,
    since: lane.since,
    until_at: lane.until,
    failures: lane.failures,
    failing_since: lane.failingSince,
    cooldown_ms: lane.cooldownMs,
    paused_until: lane.pausedUntil,
  };
}
