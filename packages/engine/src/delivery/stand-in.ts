import type { Logger } from '@patchbay/kit';
import type { Catalog, StandIn as StandInSettings } from '../catalog/index.ts';
import { InternalError } from '../errors/index.ts';
import type { DeliveryOrigin, DeliveryRecord, NewDeliveryRecord } from '../store/index.ts';
import type { Vault } from '../vault/index.ts';
import { ensureFit, NoFollowUp, renderedParams } from './follow-up-params.ts';
import { newRecord } from './new-record.ts';
import { receiverOf } from './receiver.ts';

/** What is delivered in the place of a delivery that is dead, to the connector that its own names as fallback. */
export interface StandIn {
  /** Left out: it cannot be made. */
  record?: NewDeliveryRecord;
  /** What became of it, for the reason that is kept with the dead one. */
  says: string;
}

export interface StandInOptions {
  catalog: Pick<Catalog, 'resolve' | 'types' | 'validation' | 'deliverySettings'>;
  vault: Vault;
  /** As they were accepted; undefined when they are no longer kept. */
  paramsOf(delivery: DeliveryRecord): Promise<unknown>;
  log: Logger;
  now(): Date;
}

export function standIns({ catalog, vault, paramsOf, log, now }: StandInOptions) {
  async function make(
    dead: DeliveryRecord,
    reason: string,
    fallback: StandInSettings,
  ): Promise<NewDeliveryRecord> {
    const { spaceId, source, orderKey } = dead;
    const { connectorId } = fallback;
    const origin = originOf(dead);
    if (origin.connectorIds.includes(connectorId)) throw new NoFollowUp('it has had its turn');
    const receiver = await receiverOf(catalog, { spaceId, connectorId });
    if (receiver instanceof Error) throw new NoFollowUp(receiver.message);
    const given = await paramsOf(dead);
    const { typeId } = receiver;
    const params =
      fallback.params === undefined
        ? sameParams(dead, typeId, given)
        : renderedParams(catalog, fallback, typeId, await variablesOf(dead, reason, given), { log, now });
    ensureFit(catalog, typeId, params);
    return newRecord(
      { spaceId, connectorId, typeId, source, orderKey, origin, trace: dead.trace, params },
      { vault, at: now() },
    );
  }

  /** What a template may name. */
  async function variablesOf(
    { id, spaceId, connectorId, typeId, attempt, createdAt }: DeliveryRecord,
    reason: string,
    params: unknown,
  ): Promise<Variables> {
    const connector = (await catalog.resolve(spaceId, connectorId))?.connector;
    return {
      delivery: { id, spaceId, attempts: attempt, createdAt },
      reason,
      connector: { id: connectorId, name: connector?.name ?? connectorId, typeId },
      params,
    };
  }

  return async (dead: DeliveryRecord, reason: string): Promise<StandIn | undefined> => {
    const { fallback } = await catalog.deliverySettings(dead.connectorId);
    if (fallback === undefined) return undefined;
    const { connectorId } = fallback;
    try {
      const record = await make(dead, reason, fallback);
      log.info(`delivery ${dead.id} is dead: "${connectorId}" stands in with delivery ${record.id}`);
      return { record, says: `"${connectorId}" stands in with delivery ${record.id}` };
    } catch (error) {
      // The other one is of the vault: its key is gone.
      if (!(error instanceof NoFollowUp || error instanceof InternalError)) throw error;
      log.error(`delivery ${dead.id} is dead: "${connectorId}" cannot stand in: ${error.message}`);
      return { says: `"${connectorId}" cannot stand in: ${error.message}` };
    }
  };
}

type Variables = Record<string, unknown>;

/** A notice stays one, whoever stands in for whom it was for. */
function originOf({ id, connectorId, origin }: DeliveryRecord): DeliveryOrigin {
  return {
    kind: origin?.kind === 'notice' ? 'notice' : 'fallback',
    deliveryId: id,
    connectorIds: [...(origin?.connectorIds ?? []), connectorId],
  };
}

function sameParams({ id, typeId }: DeliveryRecord, ofType: string, params: unknown): unknown {
  if (ofType !== typeId)
    throw new NoFollowUp(`it is of another type (${ofType}), and has no params of its own`);
  if (params === undefined) throw new NoFollowUp(`the params of ${id} are no longer kept`);
  return params;
}
