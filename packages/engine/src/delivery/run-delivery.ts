import { type ActionResult, type Logger, messageOf } from '@patchbay/kit';
import { errorText, eventEntry } from '../events/index.ts';
import type { Execution, TaskRequest } from '../execution/index.ts';
import type {
  ClaimedDelivery,
  DeliveryAttempt,
  DeliveryRecord,
  EventEntry,
  Settlement,
} from '../store/index.ts';
import type { Span, SpanFacts, Tracing } from '../tracing/index.ts';
import type { Vault } from '../vault/index.ts';
import type { Observation } from './breaker.ts';
import { paramsDescriptor } from './descriptor.ts';
import type { HostLimits } from './host-limits.ts';
import type { Ended } from './lane-health.ts';
import { type RetryPolicy, type Verdict, verdictOf } from './next-try.ts';
import type { Settler } from './settler.ts';
import { sourceOf } from './source.ts';
import type { StandIn } from './stand-in.ts';

export interface DeliveryRunOptions {
  execution: Pick<Execution, 'runTask' | 'recordLost'>;
  vault: Vault;
  settler: Settler;
  tracing: Tracing;
  hosts: Pick<HostLimits, 'passFor'>;
  policyOf(delivery: DeliveryRecord): Promise<RetryPolicy>;
  /** What is to be delivered in the place of one that is dead; undefined: nothing was meant to be. */
  standInOf(dead: DeliveryRecord, reason: string): Promise<StandIn | undefined>;
  log: Logger;
  now(): Date;
  random(): number;
}

/** An attempt that has come to its end. */
interface Begun extends Pick<DeliveryAttempt, 'number' | 'executionUuid' | 'outcome'> {
  startedAt: Date;
}

/** How many attempts are listed; the oldest are forgotten first. */
const ATTEMPTS_LISTED = 100;

/**
 * A delivery that takes its process with it is not tried for ever. So many, since what is only claimed when a process is
 * killed counts as lost too: with a kill every second ten losses took 515 of 9,168.
 */
const MAX_LOST = 25;

const UNDECIDED_WAIT_MS = 30_000;

/** From this many on what was lost waits a while: what was lost together with what ends processes is then run apart from it. */
const LOST_TOGETHER = 3;
const LOST_WAIT_MS = 1000;
const LOST_LONGEST_WAIT_MS = 60_000;

const LOST = 'the process that ran it has ended';
const STOPPED = 'the process that ran it was stopped';

export function deliveryRuns(options: DeliveryRunOptions) {
  const { execution, vault, settler, tracing, hosts, policyOf, standInOf, log, now, random } = options;

  /** The params as they were accepted. Throws when they are gone, or do not open. */
  function paramsOf(delivery: ClaimedDelivery): unknown {
    if (delivery.params === null) throw new Error('its params are no longer kept');
    return vault.open(paramsDescriptor(delivery), delivery.params);
  }

  /** Runs one and hands what it came to to the settler. Never rejects. */
  function run(delivery: ClaimedDelivery): Promise<void> {
    return tracing.span('deliver', tracing.isOn ? attemptFacts(delivery) : {}, (span) =>
      runOnce(delivery, span),
    );
  }

  async function runOnce(delivery: ClaimedDelivery, span: Span): Promise<void> {
    const { params: _sealed, ...claimed } = delivery;
    const events: EventEntry[] = [];
    const startedAt = now();
    let result: ActionResult;
    let executionUuid: string | null = null;
    let outcome: DeliveryAttempt['outcome'] = 'refused';
    const pass = hosts.passFor(delivery.connectorId);
    try {
      const ran = await execution.runTask({
        ...taskOf(claimed, events),
        params: paramsOf(delivery),
        mayLeave: pass?.mayLeave,
      });
      ({ result, executionUuid } = ran);
      if (result.status === 'ok') outcome = 'delivered';
      else if (ran.wasAborted) {
        outcome = 'lost';
        result = { ...result, message: STOPPED, serviceMessage: undefined };
      } else if (ran.wasRun) outcome = 'failed';
    } catch (error) {
      result = { actionId: delivery.connectorId, status: 'error', message: messageOf(error), retry: true };
    }
    const refusal = result.status === 'error' ? pass?.refused() : undefined;
    if (refusal !== undefined) outcome = 'refused';
    span.set({ 'patchbay.delivery.outcome': outcome });
    if (outcome !== 'delivered') span.fail(outcome);
    const attempt = { number: delivery.attempt, startedAt, executionUuid, outcome };
    // A token that is not given back is one that comes in later.
    await pass
      ?.end()
      .catch((error) => log.warn(`a host's token could not be given back: ${messageOf(error)}`));
    if (refusal === undefined) await settle(claimed, attempt, result, events);
    else settler.add(later(claimed, attempt, refusal, events));
  }

  /** One that sent nothing, since its host may not be asked now: it is no failure. */
  function later(
    claimed: DeliveryRecord,
    attempt: Begun,
    { host, until }: { host: string; until: Date },
    events: readonly EventEntry[],
  ): Ended {
    const reason = `${host} is asked no more often than patchbay.delivery.hostLimits says`;
    const at = now();
    return {
      settlement: putOff(claimed, attempt, { dueAt: until, reason, events, at }),
      observation: { startedAt: attempt.startedAt, endedAt: at, says: 'none' },
    };
  }

  /** Never rejects: what cannot be decided now is decided after another attempt. */
  async function settle(
    ...[claimed, attempt, result, events]: Parameters<typeof settlementOf>
  ): Promise<void> {
    const observation = observationOf(attempt, result, now());
    try {
      settler.add({ settlement: await settlementOf(claimed, attempt, result, events), observation });
    } catch (error) {
      log.error(`delivery ${claimed.id}: what its attempt came to could not be judged: ${messageOf(error)}`);
      settler.add({ settlement: undecided(claimed, attempt, messageOf(error), events), observation });
    }
  }

  function undecided(
    claimed: DeliveryRecord,
    attempt: Begun,
    reason: string,
    events: readonly EventEntry[],
  ): Settlement {
    const at = now();
    const dueAt = new Date(at.getTime() + UNDECIDED_WAIT_MS);
    return putOff(claimed, attempt, { dueAt, reason, events, at });
  }

  async function settlementOf(
    claimed: DeliveryRecord,
    attempt: Begun,
    result: ActionResult,
    events: readonly EventEntry[],
  ): Promise<Settlement> {
    const at = now();
    const isLost = attempt.outcome === 'lost';
    const reason = result.status === 'ok' ? null : errorText({ ...result, retry: false });
    const next = await nextOf(claimed, result, { at, isLost });
    const rest = { isUncounted: isLost, events, at };
    if (next.state === 'dead') return dead(claimed, attempt, `${reason} (${next.reason})`, rest);
    const dueAt = next.state === 'ready' ? next.dueAt.toISOString() : claimed.dueAt;
    return settled(claimed, attempt, { ...rest, state: next.state, dueAt, reason, followUps: [] });
  }

  /** The end of one that is not tried again, and what stands in for it. */
  async function dead(
    claimed: DeliveryRecord,
    attempt: Begun,
    reason: string,
    rest: { isUncounted: boolean; events: readonly EventEntry[]; at: Date },
  ): Promise<Settlement> {
    const standIn = await standInOf(claimed, reason);
    return settled(claimed, attempt, {
      ...rest,
      state: 'dead',
      dueAt: claimed.dueAt,
      reason: standIn === undefined ? reason : `${reason}; ${standIn.says}`,
      followUps: standIn?.record === undefined ? [] : [standIn.record],
    });
  }

  async function nextOf(
    claimed: DeliveryRecord,
    result: ActionResult,
    { at, isLost }: { at: Date; isLost: boolean },
  ): Promise<{ state: 'delivered' } | Verdict> {
    if (result.status === 'ok') return { state: 'delivered' };
    if (isLost) {
      const lost = 1 + claimed.attempts.filter(({ outcome }) => outcome === 'lost').length;
      if (lost >= MAX_LOST) return { state: 'dead', reason: `${lost} processes ended while they ran it` };
      return { state: 'ready', dueAt: new Date(at.getTime() + lostWaitMs(lost, random)) };
    }
    return verdictOf(
      {
        retry: result.retry,
        failures: claimed.attempt - claimed.uncounted,
        acceptedAt: ageFrom(claimed),
        now: at,
        random,
      },
      await policyOf(claimed),
    );
  }

  return {
    run,

    /** One that has waited longer than it may, in a lane that is held back: dead, without an attempt. Never rejects. */
    async expire(delivery: ClaimedDelivery, because: string): Promise<void> {
      const { params: _sealed, ...claimed } = delivery;
      const at = now();
      const reason = `it has waited longer than it may: the connector was held back because ${because}`;
      const attempt = {
        number: claimed.attempt,
        startedAt: at,
        executionUuid: null,
        outcome: 'refused' as const,
      };
      const rest = { isUncounted: true, events: [], at };
      const settlement = await dead(claimed, attempt, reason, rest).catch((error) => {
        log.error(
          `delivery ${claimed.id}: what stands in for it could not be found out: ${messageOf(error)}`,
        );
        return undecided(claimed, attempt, messageOf(error), []);
      });
      settler.add({ settlement, observation: undefined });
    },

    /** What becomes of one whose worker is gone: it is tried again, and the lost attempt does not count. */
    async recover(abandoned: DeliveryRecord): Promise<void> {
      const { connectorId, attempt: number, startedAt } = abandoned;
      const result: ActionResult = { actionId: connectorId, status: 'error', message: LOST, retry: true };
      const start = startedAt === null ? now() : new Date(startedAt);
      const events: EventEntry[] = [];
      await execution.recordLost(taskOf(abandoned, events), { startedAt: start, result });
      const attempt = { number, startedAt: start, executionUuid: null, outcome: 'lost' as const };
      await settle(abandoned, attempt, result, events);
    },
  };
}

/**
 * The first attempt goes on with the trace of whoever enqueued the delivery. A later one, which may be hours after, begins its
 * own, linked to that.
 */
function attemptFacts({ id, attempt, connectorId, typeId, spaceId, trace }: ClaimedDelivery): SpanFacts {
  const isFirst = attempt === 1;
  return {
    kind: 'consumer',
    attributes: {
      'messaging.message.id': id,
      'patchbay.delivery.attempt': attempt,
      'patchbay.connector.id': connectorId,
      'patchbay.connector.type': typeId,
      'patchbay.space': spaceId,
    },
    parent: isFirst && trace !== null ? trace : 'none',
    links: isFirst || trace === null ? [] : [trace],
  };
}

/** The attempt for the pipeline; its documents gather in `events`. */
function taskOf(
  { id, spaceId, connectorId, source, attempt, dueAt }: DeliveryRecord,
  events: EventEntry[],
): Omit<TaskRequest, 'params'> {
  return {
    spaceId,
    connectorId,
    source: sourceOf(source),
    task: {
      deliveryId: id,
      attempt,
      scheduledAt: new Date(dueAt),
      record: (event) => void events.push(eventEntry(event)),
    },
  };
}

function lostWaitMs(lost: number, random: () => number): number {
  if (lost < LOST_TOGETHER) return 0;
  return Math.round(
    random() * Math.min(LOST_LONGEST_WAIT_MS, LOST_WAIT_MS * 2 ** (lost - LOST_TOGETHER + 1)),
  );
}

/** From when its age counts: one for later is not old when its time comes. */
function ageFrom({ roundAt, runAt }: DeliveryRecord): Date {
  return new Date(roundAt > runAt ? roundAt : runAt);
}

/** What an attempt says of its remote: nothing where it was not asked, or where it answered that the message is wrong. */
function observationOf({ outcome, startedAt }: Begun, { retry }: ActionResult, endedAt: Date): Observation {
  if (outcome === 'delivered') return { startedAt, endedAt, says: 'works' };
  if (outcome !== 'failed' || retry === false) return { startedAt, endedAt, says: 'none' };
  if (retry instanceof Date) return { startedAt, endedAt, says: 'none', pauseUntil: retry };
  return { startedAt, endedAt, says: 'fails' };
}

/** To be run later, and no limit counts this attempt. */
function putOff(
  claimed: DeliveryRecord,
  attempt: Begun,
  { dueAt, ...rest }: { dueAt: Date; reason: string; events: readonly EventEntry[]; at: Date },
): Settlement {
  return settled(claimed, attempt, {
    ...rest,
    state: 'ready',
    dueAt: dueAt.toISOString(),
    isUncounted: true,
    followUps: [],
  });
}

function settled(
  claimed: DeliveryRecord,
  begun: Begun,
  { at, dueAt, state, reason, ...rest }: Omit<Settlement, 'claimed' | 'attempt' | 'at'> & { at: Date },
): Settlement {
  const endedAt = at.toISOString();
  const attempt: DeliveryAttempt = {
    ...begun,
    startedAt: begun.startedAt.toISOString(),
    endedAt,
    reason,
    nextTryAt: state === 'ready' ? dueAt : null,
  };
  const attempts = claimed.attempts.slice(1 - ATTEMPTS_LISTED);
  return { claimed: { ...claimed, attempts }, attempt, state, dueAt, reason, at: endedAt, ...rest };
}
