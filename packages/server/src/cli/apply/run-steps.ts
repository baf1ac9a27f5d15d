import type { ApiClient } from '../api-client.ts';
import { CommandError } from '../exit-codes.ts';
import type { Entry } from './entries.ts';
import type { Step } from './plan.ts';

export interface Failure {
  step: Step;
  message: string;
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
      await runStep(api, step);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return { done, failure: { step, message: error.message } };
    }
    done.push(step);
    onDone(step);
  }
  return { done };
}

async function runStep(api: ApiClient, step: Step): Promise<void> {
  const path = `/api/actions/connector/${encodeURIComponent(step.id)}`;
  if (step.action === 'create') {
    const { name, typeId, config, secrets } = step.entry;
    await api.call('POST', path, { name, connector_type_id: typeId, config, secrets });
    if (step.entry.settings !== undefined) await putSettings(api, step.entry);
  } else if (step.action === 'update') {
    const { name, config, secrets } = step.entry;
    if (step.parts.connector) await api.call('PUT', path, { name, config, secrets });
    if (step.parts.settings) await putSettings(api, step.entry);
  } else if (step.action === 'delete') {
    await api.call('DELETE', path);
  }
}

async function putSettings(api: ApiClient, { id, settings }: Entry): Promise<void> {
  await api.call('PUT', `/api/patchbay/connectors/${encodeURIComponent(id)}/settings`, settings);
}
