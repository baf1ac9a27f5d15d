import type { Logger } from '@patchbay/kit';
import type { Catalog, StandIn } from '../catalog/index.ts';
import type { DueLane, NewDeliveryRecord, StoreTransaction } from '../store/index.ts';
import type { Vault } from '../vault/index.ts';
import { ensureFit, NoFollowUp, renderedParams } from './follow-up-params.ts';
import type { Ended, LaneChange } from './lane-health.ts';
import { newRecord } from './new-record.ts';
import type { DeliveryObserver } from './observer.ts';
import { type Receiver, receiverOf } from './receiver.ts';
import { type Change, changeBy, isTrouble, seenIn } from './trouble.ts';

/** Tells of changes in the transaction in which the attempts that made them are written down. Gives what has become due. */
export type Tell = (
  tx: Pick<StoreTransaction, 'troubles' | 'deliveries' | 'afterCommit'>,
  changes: readonly LaneChange[],
) => Promise<DueLane[]>;

export interface NoticesOptions {
  catalog: Pick<Catalog, 'resolve' | 'types' | 'validation'>;
  vault: Vault;
  observer?: DeliveryObserver | undefined;
  log: Logger;
  now(): Date;
}

/** A connector somebody is told about. */
interface Watched {
  connector: { id: string; name: string; typeId: string; spaceId: string };
  ended: readonly Ended[];
  notices: StandIn;
  receiver: Receiver | Error;
}

/** Whoever a connector names is told once that it fails, that its breaker opens, and that it works again. */
export function createNotices(options: NoticesOptions) {
  const { catalog, vault, observer, log, now } = options;

  async function watched(spaceId: string, id: string, ended: readonly Ended[]): Promise<Watched[]> {
    const resolved = await catalog.resolve(spaceId, id);
    const notices = resolved?.deliverySettings.notices;
    if (resolved === undefined || notices === undefined) return [];
    const { name, typeId } = resolved.connector;
    const receiver = await receiverOf(catalog, { spaceId, connectorId: notices.connectorId });
    return [{ connector: { id, name, typeId, spaceId }, ended, notices, receiver }];
  }

  function notice({ connector, notices, receiver }: Watched, change: Change): NewDeliveryRecord {
    if (receiver instanceof Error) throw new NoFollowUp(receiver.message);
    const { connectorId } = notices;
    const { typeId } = receiver;
    const params = paramsOf(notices, typeId, connector, change);
    ensureFit(catalog, typeId, params);
    const deliveryId = change.kind === 'failing' ? change.dead.id : null;
    return newRecord(
      {
        spaceId: connector.spaceId,
        connectorId,
        typeId,
        source: { kind: 'background_task' },
        origin: { kind: 'notice', deliveryId, connectorIds: [connector.id] },
        params,
      },
      { vault, at: now() },
    );
  }

  function paramsOf(notices: StandIn, typeId: string, connector: Watched['connector'], change: Change) {
    const text = textOf(connector, change);
    if (notices.params !== undefined) {
      const { kind, at } = change;
      const variables = { notice: { kind, text, at }, connector, ...detailsOf(change) };
      return renderedParams(catalog, notices, typeId, variables, { log, now });
    }
    const isOver = change.kind === 'recovered';
    const key = `patchbay-connector-${connector.id}`;
    const params = catalog.types.get(typeId).noticeParams?.({ text, key, isOver });
    if (params === undefined)
      throw new NoFollowUp(`a text is not enough for ${typeId}, and it has no params`);
    return params;
  }

  return {
    /** Asked before the transaction, within which nothing else may be asked. */
    async prepare(ended: readonly Ended[]): Promise<Tell> {
      const byLane = Map.groupBy(ended, ({ settlement }) => settlement.claimed.connectorId);
      const all = await Promise.all(
        [...byLane].map(([id, ofLane]) => watched(ofLane[0]?.settlement.claimed.spaceId ?? '', id, ofLane)),
      );
      const some = all.flat().sort((a, b) => (a.connector.id < b.connector.id ? -1 : 1));
      return async ({ troubles, deliveries, afterCommit }, changes) => {
        if (some.length === 0) return [];
        const known = await troubles.list(some.map(({ connector }) => connector.id));
        const inTrouble = new Set(known.map(({ connectorId }) => connectorId));
        const records: NewDeliveryRecord[] = [];
        for (const one of some) {
          const { id, name } = one.connector;
          const seen = seenIn(
            one.ended,
            changes.find(({ connectorId }) => connectorId === id),
          );
          if (!inTrouble.has(id) && !isTrouble(seen)) continue;
          const change = await troubles.change(id, (trouble) => changeBy(id, trouble, seen));
          if (change === undefined) continue;
          try {
            records.push(notice(one, change));
          } catch (error) {
            if (!(error instanceof NoFollowUp)) throw error;
            const why = `"${one.notices.connectorId}" cannot be told of "${name}" (${id}), which is ${WORDS[change.kind]}: ${error.message}`;
            afterCommit(() => log.error(why));
          }
        }
        if (records.length === 0) return [];
        await deliveries.insert(records, Number.MAX_SAFE_INTEGER);
        if (observer !== undefined)
          afterCommit(() => {
            for (const record of records) observer.enqueued(record, 'queued');
          });
        return records.map(({ connectorId, runAt: dueAt }) => ({ connectorId, dueAt }));
      };
    },
  };
}

const WORDS = { failing: 'failing', breaker_open: 'left alone', recovered: 'well again' } as const;

function textOf({ id, name }: Watched['connector'], change: Change): string {
  const which = `Connector "${name}" (${id})`;
  switch (change.kind) {
    case 'failing':
      return `${which} is failing: delivery ${change.dead.id} is dead: ${change.dead.reason}`;
    case 'breaker_open':
      return `${which} is failing, and nothing is sent to it until ${change.until}: ${change.reason}`;
    case 'recovered':
      return `${which} works again. It had been failing since ${change.since}.`;
  }
}

/** What a template may name besides. */
function detailsOf(change: Change): Record<string, unknown> {
  switch (change.kind) {
    case 'failing': {
      const { id, attempt: attempts, reason } = change.dead;
      return { delivery: { id, attempts, reason }, reason };
    }
    case 'breaker_open':
      return { until: change.until, reason: change.reason };
    case 'recovered':
      return { since: change.since };
  }
}
