import { type Elasticsearch, type HookContext, messageOf } from '@patchbay/kit';
import type { Config, Secrets } from './schema.ts';
import { unflatten } from './unflatten.ts';
import { upstreamText } from './upstream-text.ts';

/** The path of an endpoint. https://www.elastic.co/docs/api/doc/elasticsearch/group/endpoint-inference */
export function endpointPath(taskType: string, inferenceId: string): string {
  return `/_inference/${encodeURIComponent(taskType)}/${encodeURIComponent(inferenceId)}`;
}

/** Before a connector is saved: its endpoint is created, or replaced by one as it is now. */
export async function putEndpoint(context: HookContext): Promise<void> {
  const { elasticsearch, log, isUpdate } = context;
  const { config, secrets } = typed(context);
  const { taskType, inferenceId, provider } = config;
  const path = endpointPath(taskType, inferenceId);
  try {
    if (await exists(elasticsearch, path)) {
      if (!isUpdate) {
        throw new Error(`Inference with id ${inferenceId} and task type ${taskType} already exists.`);
      }
      if (provider) await elasticsearch.request({ method: 'DELETE', path });
    }
    await elasticsearch.request({
      method: 'PUT',
      path,
      body: {
        service: provider,
        service_settings: {
          ...unflatten(config.providerConfig),
          ...unflatten(secrets?.providerSecrets ?? {}),
        },
        task_settings: unflatten(config.taskTypeConfig),
      },
    });
  } catch (error) {
    const what = `${isUpdate ? 'update' : 'create'} inference endpoint`;
    const reason = withoutSecrets(messageOf(error), secrets);
    log.warn(
      `Failed to ${what} for task type "${taskType}" and inference id ${inferenceId}. Error: ${reason}`,
    );
    throw new Error(reason);
  }
}

/** After a save that failed: what was created for it goes. What an update replaced is not brought back. */
export async function undoEndpoint(context: HookContext & { wasSuccessful: boolean }): Promise<void> {
  if (!context.wasSuccessful && !context.isUpdate) await deleteEndpoint(context);
}

export async function deleteEndpoint(context: HookContext): Promise<void> {
  const { config } = typed(context);
  const { taskType, inferenceId } = config;
  try {
    await context.elasticsearch.request({ method: 'DELETE', path: endpointPath(taskType, inferenceId) });
  } catch (error) {
    const message = `Failed to delete inference endpoint for task type "${taskType}" and inference id ${inferenceId}. Error: ${upstreamText(messageOf(error))}`;
    context.log.warn(message);
    throw new Error(message);
  }
}

/** Whose endpoints there are, of preconfigured connectors: nobody creates those. */
export async function whichExist(
  configs: readonly unknown[],
  { elasticsearch, signal }: { elasticsearch: Elasticsearch; signal: AbortSignal },
): Promise<boolean[]> {
  const { body } = await elasticsearch.request({ method: 'GET', path: '/_inference/_all', signal });
  const { endpoints } = Object(body) as { endpoints?: { inference_id?: unknown }[] };
  if (!Array.isArray(endpoints)) throw new Error('Elasticsearch gave no list of endpoints');
  const ids = new Set(endpoints.map((endpoint) => Object(endpoint).inference_id));
  return configs.map((config) => ids.has(Object(config).inferenceId));
}

/** Whatever goes wrong counts as no: what follows then says why. */
async function exists(elasticsearch: Elasticsearch, path: string): Promise<boolean> {
  return elasticsearch.request({ method: 'GET', path }).then(
    () => true,
    () => false,
  );
}

/** Hooks are given what the schemas have checked. */
function typed({ config, secrets }: HookContext): { config: Config; secrets: Secrets | undefined } {
  return { config: config as Config, secrets: secrets as Secrets | undefined };
}

const MIN_SECRET_LENGTH = 5;

/** A provider may repeat what it was shown. */
function withoutSecrets(text: string, secrets: Secrets | undefined): string {
  const values = Object.values(secrets?.providerSecrets ?? {}).filter(
    (value): value is string => typeof value === 'string' && value.length >= MIN_SECRET_LENGTH,
  );
  return upstreamText(values.reduce((rest, value) => rest.replaceAll(value, '[redacted]'), text));
}
