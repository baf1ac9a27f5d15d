import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import peggy from 'peggy';
import { describe, expect, it } from 'vitest';
import type { EventFilter } from '../../store/index.ts';
import { needleOf, predicateOf, pushedDown, readKql } from './index.ts';

const now = new Date('2026-01-05T12:00:00.000Z');

const document = {
  '@timestamp': '2026-01-05T10:00:00.410Z',
  event: {
    action: 'execute',
    outcome: 'failure',
    start: '2026-01-05T10:00:00.100Z',
    duration: '310000000',
  },
  message: 'action execution failure: .webhook:1f2e: My hook',
  error: { message: 'error calling webhook, retry later: [500] Internal Server Error; retry: true' },
  user: { name: 'elastic' },
  kibana: {
    saved_objects: [
      { rel: 'primary', type: 'action', id: '1f2e', type_id: '.webhook' },
      { rel: 'primary', type: 'alert', id: 'r1', type_id: '.es-query', space_agnostic: true },
    ],
    space_ids: ['default'],
    action: {
      id: '1f2e',
      type_id: '.webhook',
      name: 'My "best" hook: (a) or {b}',
      execution: { usage: { request_body_bytes: 42 } },
    },
    task: { schedule_delay: 0 },
  },
};

const matches = (filter: string) => predicateOf(readKql(filter), now)(document);

describe('the query language', () => {
  it.each([
    '',
    '   ',
    '*',
    'event.outcome: failure',
    'event.outcome:failure',
    'event.outcome : "failure"',
    'event.outcome: (success or failure)',
    'event.outcome: (fail* and not success)',
    'event.outcome: f*l*e',
    'event.outcome: *',
    'event.*: failure',
    'not event.outcome: success',
    'NOT event.outcome: success AND event.action: execute',
    'event.outcome: success or event.action: execute and user.name: elastic',
    '(event.outcome: success or event.action: execute) and user.name: elastic',
    'not (event.outcome: success or event.action: other)',
    'event.duration >= 310000000',
    'event.duration < 1000000000',
    'kibana.action.execution.usage.request_body_bytes: 42',
    'kibana.action.execution.usage.request_body_bytes > 41.5',
    'kibana.task.schedule_delay: 0',
    '@timestamp >= "2026-01-05T10:00:00.410Z"',
    '@timestamp: "2026-01-05"',
    '@timestamp <= "2026-01-05"',
    '@timestamp > now-3h and @timestamp < now',
    '@timestamp >= now/d',
    'kibana.space_ids: default',
    'kibana.saved_objects: { type: action and id: "1f2e" }',
    'kibana.saved_objects: { type: alert and type_id: .es-query and space_agnostic: true }',
    'kibana.saved_objects.id: r1',
    'kibana: { task: { schedule_delay: 0 } and action: { id: 1f2e } }',
    'message: hook',
    'message: nothing hook',
    'message: "my hook"',
    'message: fail*',
    'error.message: "internal server error"',
    'webhook',
    '"My hook"',
    'elastic',
    'kibana.action.name: My \\"best\\" hook\\: \\(a\\) \\or \\{b\\}',
    'kibana.action.name: "My \\"best\\" hook: (a) or {b}"',
    'user.name: \\u0065lastic',
  ])('finds the document by %s', (filter) => {
    expect(matches(filter)).toBe(true);
  });

  it.each([
    'event.outcome: success',
    'event.outcome: Failure',
    'event.outcome: "fail*"',
    'event.outcome: (success and failure)',
    'event.outcome: f*x*e',
    'event.outcome: failuref*failure',
    'event.nothing: *',
    'event: failure',
    'kibana.action: { id: "1f2e" and id: "r1" }',
    'event.duration > 310000000',
    'event.duration <= 9',
    '@timestamp > "2026-01-05"',
    '@timestamp < "2026-01-05"',
    '@timestamp: "2026-01-04"',
    '@timestamp > now-1h',
    'kibana.saved_objects: { type: action and id: r1 }',
    'message: "hook my"',
    'message: nothing',
    'message: fails*',
    'user.name: elastic search',
    'constructor: *',
    'event.outcome.length: 7',
    'kibana.task.schedule_delay: ""',
  ])('does not find it by %s', (filter) => {
    expect(matches(filter)).toBe(false);
  });

  it.each([
    'event.outcome:',
    'event.outcome: (',
    'event.outcome: or',
    'and',
    'a: b and',
    'a: "b',
    'a: { b }}',
    'a > ',
    'a: b: c',
    `${'('.repeat(200_000)}a${')'.repeat(200_000)}`,
  ])('refuses %s', (filter) => {
    expect(() => readKql(filter)).toThrow(
      expect.objectContaining({ statusCode: 400, message: `Invalid kuery syntax for filter ${filter}` }),
    );
  });

  it('takes any text in quotation marks for itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, other) => {
        const holds = predicateOf(readKql(`user.name: "${text.replace(/["\\]/g, '\\$&')}"`), now);
        expect(holds({ user: { name: text } })).toBe(true);
        if (other !== text && !/\d/.test(text)) expect(holds({ user: { name: other } })).toBe(false);
      }),
    );
  });

  it('is parsed by what the grammar says: `npm run grammar`', async () => {
    const read = (file: string) => readFile(new URL(file, import.meta.url), 'utf8');
    const made = peggy.generate(await read('grammar.peggy'), { output: 'source', format: 'es' });
    expect(await read('grammar.js')).toBe(made);
  });
});

describe('what the store answers by itself', () => {
  it.each<[string, EventFilter, boolean]>([
    ['event.outcome: failure', { outcomes: ['failure'] }, false],
    [
      'event.outcome: (failure or success) and kibana.action.id: c1',
      { outcomes: ['failure', 'success'], connectorIds: ['c1'] },
      false,
    ],
    ['event.outcome: (failure or success) and event.outcome: failure', { outcomes: ['failure'] }, false],
    ['event.outcome: failure and event.outcome: success', { outcomes: [] }, false],
    ['event.action: execute and message: x', { actions: ['execute'] }, true],
    ['event.outcome: fail*', {}, true],
    ['not event.outcome: failure', {}, true],
    ['event.outcome: failure or user.name: x', {}, true],
    ['', {}, false],
  ])('of %j is %j', (filter, expected, hasRest) => {
    const { filter: pushed, rest } = pushedDown(readKql(filter));
    expect([pushed, rest !== undefined]).toEqual([expected, hasRest]);
  });

  it.each([
    ['message: Webhook', { text: 'webhook', ignoresCase: true }],
    ['message: "retry later" and user.name: elasticsearch', { text: 'elasticsearch', ignoresCase: false }],
    ['user.name: "a \\"b\\""', { text: 'a \\"b\\"', ignoresCase: false }],
    ['user.name: *search', { text: 'search', ignoresCase: false }],
    ['message: retry later', undefined],
    ['kibana.task.schedule_delay: 0', undefined],
    ['event.duration: 1e3', undefined],
    ['@timestamp: "2026-01-05"', undefined],
    ['user.name: a or user.name: b', undefined],
    ['not user.name: a', undefined],
  ])('for %j is that a document has %j', (filter, expected) => {
    expect(needleOf(readKql(filter))).toEqual(expected);
  });
});
