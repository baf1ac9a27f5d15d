import { describe, expect, it } from 'vitest';
import type { LaneHealth } from '../delivery/index.ts';
import type { DeliveryRecord } from '../store/index.ts';
import { answerFor, type DeliveryFacts } from './answer.ts';

const at = new Date('2026-01-01T12:00:00.000Z');
const EARLIER = '2026-01-01T11:59:00.000Z';
const LATER = '2026-01-01T12:01:00.000Z';
const LATEST = '2026-01-01T12:05:00.000Z';

const well: LaneHealth = { breaker: 'closed', failures: 0, failingSince: null, holds: [] };

const delivery = (facts: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
  seq: 1,
  id: 'd1',
  spaceId: 'default',
  connectorId: 'c1',
  typeId: '.webhook',
  state: 'ready',
  orderKey: null,
  idempotencyKey: null,
  source: { kind: 'http_request' },
  origin: null,
  trace: null,
  runAt: EARLIER,
  dueAt: EARLIER,
  attempt: 0,
  uncounted: 0,
  roundAt: EARLIER,
  worker: null,
  startedAt: null,
  attempts: [],
  reason: null,
  createdAt: EARLIER,
  updatedAt: EARLIER,
  endedAt: null,
  ...facts,
});

const failed = {
  number: 1,
  startedAt: EARLIER,
  endedAt: EARLIER,
  outcome: 'failed' as const,
  executionUuid: 'e1',
  reason: 'status 500',
  nextTryAt: LATER,
};

function answer(
  record: Partial<DeliveryRecord>,
  facts: Partial<Omit<DeliveryFacts, 'delivery'>> = {},
): string[] {
  const known = { ahead: undefined, refusal: undefined, lane: well, workers: 1, at, ...facts };
  const { status, reason, until, text } = answerFor({ delivery: delivery(record), ...known });
  return [status, reason, text, ...(until === undefined ? [] : [until])];
}

const open: LaneHealth = { ...well, failures: 5, holds: [{ kind: 'breaker_open', until: LATER }] };

describe('the answer', () => {
  it.each<[string, Partial<DeliveryRecord>, Partial<DeliveryFacts>, string[]]>([
    ['arrived', { state: 'delivered', attempt: 2 }, {}, ['arrived', 'delivered', 'delivered by attempt 2']],
    [
      'was given up',
      { state: 'dead', reason: 'status 500 (failed 3 times)' },
      {},
      ['not_arrived', 'dead', 'given up: status 500 (failed 3 times)'],
    ],
    [
      'was cancelled',
      { state: 'cancelled' },
      {},
      ['not_arrived', 'cancelled', 'taken back before it was delivered'],
    ],
    [
      'was discarded',
      { state: 'discarded', reason: 'gone' },
      {},
      ['not_arrived', 'discarded', 'given up, and discarded: gone'],
    ],
    ['is running', { state: 'running', attempt: 3 }, {}, ['on_its_way', 'running', 'attempt 3 is running']],
    [
      'waits for the one before it',
      { state: 'blocked', orderKey: 'k' },
      { ahead: { id: 'd0', state: 'ready' } },
      ['waiting', 'order', 'waits for d0, which has the same order key and is ready'],
    ],
    ['is due', {}, {}, ['on_its_way', 'due', `due since ${EARLIER}, and about to be run`]],
    ['is for later', { dueAt: LATER }, {}, ['waiting', 'scheduled', `not to be run before ${LATER}`, LATER]],
    [
      'is to be tried again',
      { dueAt: LATER, attempts: [failed], reason: 'status 500' },
      {},
      ['waiting', 'retrying', `to be tried again at ${LATER}, after: status 500`, LATER],
    ],
    [
      'waits for the breaker',
      {},
      { lane: open },
      [
        'waiting',
        'breaker_open',
        `the circuit breaker is open after 5 failures in a row: nothing is sent before ${LATER}`,
        LATER,
      ],
    ],
    [
      'is due after the breaker closes',
      { dueAt: LATEST, attempts: [failed], reason: 'status 500' },
      { lane: open },
      ['waiting', 'retrying', `to be tried again at ${LATEST}, after: status 500`, LATEST],
    ],
    [
      'waits for what ends last',
      {},
      {
        lane: {
          ...open,
          holds: [
            { kind: 'host_rate_limited', until: LATEST, host: 'hooks.example' },
            { kind: 'breaker_open', until: LATER },
          ],
        },
      },
      ['waiting', 'host_rate_limited', `the rate limit of hooks.example is used up until ${LATEST}`, LATEST],
    ],
    ['is run by nobody', {}, { workers: 0 }, ['waiting', 'no_worker', 'no process is running deliveries']],
    [
      'would be refused',
      {},
      { refusal: 'Saved object [action/c1] not found' },
      ['waiting', 'refused', 'Saved object [action/c1] not found'],
    ],
  ])('for one that %s', (_, record, facts, expected) => {
    expect(answer(record, facts)).toEqual(expected);
  });
});
