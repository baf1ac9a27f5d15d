import type { ApiClient } from '../api-client.ts';
import { CommandError } from '../exit-codes.ts';
import type { Entry } from './entries.ts';
import type { Step } from './plan.ts';

export interface Failure {
  step: Step;
  message: string;
  /** What became of the connector before its settings failed; undefined: nothing. */
  connector: 'created' | 'updated' | undefined;
}

/** Runs the steps in order, up to the first that fails. */
export async function runSteps(
  api: ApiClient,
  steps: readonly Step[],
  onDone: (step: Step) => void,
): Promise<{ done: Step[]; failure?: Failure }> {
  const done: Step[] = [];
  for (const step of steps) {
    try {
      const failure = await runStep(api, step);
      if (failure !== undefined) return { done, failure };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return { done, failure: { step, message: error.message, connector: undefined } };
    }
    done.push(step);
    onDone(step);
  }
  return { done };
}

/** The failure of a step that was done in part; throws `CommandError` where nothing of it was. */
async function runStep(api: ApiClient, step: Step): Promise<Failure | undefined> {
  const path = `/api/actions/connector/${encodeURIComponent(step.id)}`;
  if (step.action === 'create') {
    const { name, typeId, config, secrets } = step.entry;
    await api.call('POST', path, { name, connector_type_id: typeId, config, secrets });
    if (step.entry.settings !== undefined) return putSettings(api, step, 'created');
  } else if (step.action === 'update') {
    const { name, config, secrets } = step.entry;
    if (step.parts.connector) await api.call('PUT', path, { name, config, secrets });
    if (step.parts.settings) return putSettings(api, step, step.parts.connector ? 'updated' : undefined);
  } else if (step.action === 'delete') {
    await api.call('DELETE', path);
  }
  return undefined;
}

async function putSettings(
  api: ApiClient,
  step: Step & { entry: Entry },
  connector: Failure['connector'],
): Promise<Failure | undefined> {
  const { id, settings } = step.entry;
  try {
    await api.call('PUT', `/api/patchbay/connectors/${encodeURIComponent(id)}/settings`, settings);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { step, message: error.message, connector };
  }
}
