import type { ActionResult } from '@patchbay/kit';
import { describe, expect, it } from 'vitest';
import { errorText, executeEnd, executeStart, executeTimeout, type Run, type RunSource } from './document.ts';

const installation = { uuid: '5b2de169', version: '9.3.0' };
const startedAt = new Date('2026-01-05T10:00:00.100Z');
const endedAt = new Date('2026-01-05T10:00:00.410Z');

const run: Run = {
  executionUuid: '0c1d',
  source: { kind: 'http_request', user: { name: 'elastic', id: 'u_abc' } },
  spaceId: 'space1',
  connector: { id: '1f2e', typeId: '.webhook', name: 'My hook', isInMemory: false },
  startedAt,
};

const end = (of: Run, result: Partial<ActionResult> = {}) =>
  executeEnd(of, installation, {
    result: { actionId: '1f2e', status: 'ok', ...result },
    endedAt,
    requestBodyBytes: 42,
  });

/** The fields that every document has. */
const common = {
  ecs: { version: '1.8.0' },
  kibana: {
    saved_objects: [{ rel: 'primary', type: 'action', id: '1f2e', type_id: '.webhook', namespace: 'space1' }],
    space_ids: ['space1'],
    action: {
      id: '1f2e',
      type_id: '.webhook',
      name: 'My hook',
      execution: { uuid: '0c1d', source: 'http_request' },
    },
    server_uuid: '5b2de169',
    version: '9.3.0',
  },
};

describe('the documents of a run', () => {
  it('say that it began', () => {
    expect(executeStart(run, installation)).toEqual({
      timestamp: '2026-01-05T10:00:00.100Z',
      action: 'execute-start',
      spaceId: 'space1',
      connectorId: '1f2e',
      typeId: '.webhook',
      executionUuid: '0c1d',
      outcome: null,
      source: 'http_request',
      durationMs: null,
      deliveryId: null,
      attempt: null,
      document: {
        ...common,
        '@timestamp': '2026-01-05T10:00:00.100Z',
        event: {
          provider: 'actions',
          action: 'execute-start',
          kind: 'action',
          start: '2026-01-05T10:00:00.100Z',
        },
        message: 'action started: .webhook:1f2e: My hook',
      },
    });
  });

  it('say how it failed', () => {
    const failure = {
      status: 'error' as const,
      message: 'error calling webhook, retry later',
      serviceMessage: '[500] Internal Server Error',
      retry: true,
    };
    expect(end(run, failure)).toEqual({
      timestamp: '2026-01-05T10:00:00.410Z',
      action: 'execute',
      spaceId: 'space1',
      connectorId: '1f2e',
      typeId: '.webhook',
      executionUuid: '0c1d',
      outcome: 'failure',
      source: 'http_request',
      durationMs: 310,
      deliveryId: null,
      attempt: null,
      document: {
        ...common,
        '@timestamp': '2026-01-05T10:00:00.410Z',
        event: {
          provider: 'actions',
          action: 'execute',
          kind: 'action',
          start: '2026-01-05T10:00:00.100Z',
          end: '2026-01-05T10:00:00.410Z',
          duration: '310000000',
          outcome: 'failure',
        },
        message: 'action execution failure: .webhook:1f2e: My hook',
        error: {
          message: 'error calling webhook, retry later: [500] Internal Server Error; retry: true',
        },
        user: { name: 'elastic', id: 'u_abc' },
        kibana: {
          ...common.kibana,
          action: {
            ...common.kibana.action,
            execution: { ...common.kibana.action.execution, usage: { request_body_bytes: 42 } },
          },
        },
      },
    });
  });

  it('say that it succeeded, and no more than that of its answer', () => {
    const { outcome, document } = end(run, { data: { text: 'answer' } });
    expect(outcome).toBe('success');
    expect(document).toMatchObject({
      event: { outcome: 'success' },
      message: 'action executed: .webhook:1f2e: My hook',
    });
    expect(document).not.toHaveProperty('error');
    expect(JSON.stringify(document)).not.toContain('answer');
  });

  it('say that it took too long', () => {
    const { action, outcome, document } = executeTimeout(run, installation, '5m', endedAt);
    expect([action, outcome]).toEqual(['execute-timeout', null]);
    expect(document).toEqual({
      ...common,
      '@timestamp': '2026-01-05T10:00:00.410Z',
      event: { provider: 'actions', action: 'execute-timeout', kind: 'action' },
      message: `action: .webhook:1f2e: 'My hook' execution cancelled due to timeout - exceeded default timeout of "5m"`,
    });
  });

  it('name no namespace in the default space', () => {
    const { document } = end({ ...run, spaceId: 'default' });
    expect(document).toMatchObject({
      kibana: {
        space_ids: ['default'],
        saved_objects: [{ rel: 'primary', type: 'action', id: '1f2e', type_id: '.webhook' }],
      },
    });
    expect(JSON.stringify(document)).not.toContain('namespace');
  });

  it('say that a connector kept in memory belongs to no space', () => {
    const { document } = end({ ...run, connector: { ...run.connector, isInMemory: true } });
    expect(document).toMatchObject({ kibana: { saved_objects: [{ space_agnostic: true }] } });
  });

  it('leave out a name that is empty', () => {
    const { document } = end({ ...run, connector: { ...run.connector, name: '' } });
    expect((document.kibana as typeof common.kibana).action).not.toHaveProperty('name');
  });

  it('name the API key that was used, at the end', () => {
    const source = { ...run.source, apiKey: { id: 'k1', name: 'ci' } };
    expect(end({ ...run, source }).document).toMatchObject({
      kibana: { user_api_key: { id: 'k1', name: 'ci' } },
    });
    const { document } = executeStart({ ...run, source }, installation);
    expect(document.kibana).not.toHaveProperty('user_api_key');
    expect(document).not.toHaveProperty('user');
  });

  it('tell of the delivery that a run is an attempt of, each of them', () => {
    const scheduledAt = new Date(startedAt.getTime() - 1500);
    const task = { deliveryId: 'd1', attempt: 2, scheduledAt, record: () => {} };
    const attempt = { ...run, task };
    for (const each of [
      executeStart(attempt, installation),
      end(attempt),
      executeTimeout(attempt, installation, '5m', endedAt),
    ]) {
      expect(each).toMatchObject({ deliveryId: 'd1', attempt: 2 });
      expect(each.document.kibana).toMatchObject({
        task: { scheduled: '2026-01-05T09:59:58.600Z', schedule_delay: 1_500_000_000 },
        patchbay: { delivery: { id: 'd1', attempt: 2 } },
      });
    }
  });

  it('tell of the rule that started a run, and of all else that it has to do with, each of them', () => {
    const source: RunSource = {
      kind: 'saved_object',
      object: { type: 'alert', id: 'r1' },
      consumer: 'siem',
      ruleExecutionUuid: 'x1',
      related: [
        { type: 'alert', id: 'r1', typeId: '.es-query', namespace: 'space1' },
        { type: 'cases', id: 'k1', namespace: 'default' },
      ],
    };
    const ofRule = { ...run, source };
    for (const each of [
      executeStart(ofRule, installation),
      end(ofRule),
      executeTimeout(ofRule, installation, '5m', endedAt),
    ]) {
      expect(each.source).toBe('alert');
      expect(each.document.kibana).toMatchObject({
        saved_objects: [
          ...common.kibana.saved_objects,
          { rel: 'primary', type: 'alert', id: 'r1', type_id: '.es-query', namespace: 'space1' },
          { rel: 'primary', type: 'cases', id: 'k1' },
        ],
        action: { execution: { uuid: '0c1d', source: 'alert' } },
        alert: { rule: { consumer: 'siem', execution: { uuid: 'x1' }, rule_type_id: '.es-query' } },
      });
      expect(JSON.stringify(each.document)).not.toContain('"namespace":"default"');
    }
  });

  it('name nobody when nobody started the run', () => {
    expect(end({ ...run, source: { kind: 'background_task' } }).document).not.toHaveProperty('user');
  });
});

describe('errorText', () => {
  it.each<[Partial<ActionResult>, string]>([
    [{ message: 'm' }, 'm'],
    [{ message: 'm', serviceMessage: 's' }, 'm: s'],
    [{ message: 'm', serviceMessage: '' }, 'm'],
    [{ message: 'm', retry: true }, 'm; retry: true'],
    [{ message: 'm', retry: false }, 'm'],
    [{ message: 'm', retry: null }, 'm'],
    [{ message: 'm', serviceMessage: 's', retry: endedAt }, 'm: s; retry at 2026-01-05T10:00:00.410Z'],
    [{}, 'unknown error running action'],
    [{ message: '', serviceMessage: 's' }, 'unknown error running action: s'],
  ])('of %j is %j', (result, expected) => {
    expect(errorText({ actionId: '1', status: 'error', ...result })).toBe(expected);
  });
});
