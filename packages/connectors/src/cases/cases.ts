import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ActionContext,
  type ConnectorType,
  defineConnectorType,
  messageOf,
  RunError,
  sourceOfStatus,
} from '@patchbay/kit';
import { z } from 'zod';
import { openCases } from './open-cases.ts';
import { privilegesOfRun } from './privileges.ts';
import { type RetryMeans, retrying, statusOf } from './retrying.ts';
import { ruleAction } from './rule-action.ts';
import { type RunParams, runParams } from './schema.ts';

/** Groups the alerts of a rule into cases. */
export function casesType(means: RetryMeans): ConnectorType {
  return defineConnectorType({
    id: '.cases',
    name: 'Cases',
    description: 'Opens cases for the alerts of a rule, and attaches them.',
    minimumLicense: 'platinum',
    features: ['uptime', 'alerting', 'siem'],
    isSystemActionType: true,
    config: z.strictObject({}),
    secrets: z.strictObject({}),
    ruleAction,
    privileges: privilegesOfRun,
    renderParams: (given) => given,
    example: {
      name: 'Cases',
      params: {
        subAction: 'run',
        subActionParams: {
          alerts: [{ _id: 'a1', _index: '.alerts-1', 'host.name': 'A' }],
          groupingBy: ['host.name'],
          owner: 'cases',
          rule: { id: 'r1', name: 'CPU', tags: [], ruleUrl: null },
        },
      },
    },
    subActions: (action) => ({ run: action(runParams, (context) => run(context, means)) }),
  });
}

export const cases = casesType({
  random: Math.random,
  wait: (ms, signal) => sleep(ms, undefined, { signal }),
});

async function run(
  { params, cases, connector: { spaceId }, log, now, signal }: ActionContext<unknown, unknown, RunParams>,
  means: RetryMeans,
): Promise<void> {
  try {
    if (cases === undefined)
      throw Object.assign(new Error('Kibana request is not defined'), { statusCode: 400 });
    if (params.alerts.length === 0) return;
    await retrying(means, signal, () => openCases({ params, cases, spaceId, log, now }));
  } catch (cause) {
    const message = messageOf(cause);
    const status = statusOf(cause);
    log.error(
      `[CasesConnector][run] Execution of case connector failed. Message: ${message}. Status code: ${status}`,
    );
    throw new RunError(message, { source: sourceOfStatus(status), cause });
  }
}
