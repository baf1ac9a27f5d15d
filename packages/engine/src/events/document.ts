import type { ActionResult } from '@patchbay/kit';
import type { EventRecord } from '../store/index.ts';

/** Who or what started a run. */
export interface RunSource {
  kind: 'http_request' | 'saved_object' | 'notification' | 'background_task';
  user?: { name: string; id: string };
  apiKey?: { id: string; name: string };
}

/** The facts of one run that its documents tell. */
export interface Run {
  executionUuid: string;
  source: RunSource;
  spaceId: string;
  connector: {
    id: string;
    typeId: string;
    name: string;
    /** Preconfigured and system connectors belong to no space. */
    isInMemory: boolean;
  };
  startedAt: Date;
}

export interface Installation {
  /** Identifies this installation in every document. */
  uuid: string;
  /** The API level. */
  version: string;
}

/** Reference documents are ECS; this is the version that the reference writes. */
const ECS_VERSION = '1.8.0';

export function executeStart(run: Run, installation: Installation): EventRecord {
  return record(run, installation, run.startedAt, {
    event: { action: 'execute-start', start: run.startedAt.toISOString() },
    message: `action started: ${label(run)}`,
  });
}

export function executeEnd(
  run: Run,
  installation: Installation,
  end: { result: ActionResult; endedAt: Date; requestBodyBytes: number },
): EventRecord {
  const { result, endedAt, requestBodyBytes } = end;
  const isOk = result.status === 'ok';
  const { user, apiKey } = run.source;
  return record(run, installation, endedAt, {
    event: {
      action: 'execute',
      start: run.startedAt.toISOString(),
      end: endedAt.toISOString(),
      // Nanoseconds, as text.
      duration: `${BigInt(endedAt.getTime() - run.startedAt.getTime()) * 1_000_000n}`,
      outcome: isOk ? 'success' : 'failure',
    },
    message: `${isOk ? 'action executed' : 'action execution failure'}: ${label(run)}`,
    ...(!isOk && { error: { message: errorText(result) } }),
    ...(user !== undefined && { user: { name: user.name, ...(user.id !== '' && { id: user.id }) } }),
    execution: { usage: { request_body_bytes: requestBodyBytes } },
    ...(apiKey !== undefined && { kibana: { user_api_key: apiKey } }),
  });
}

/** `timeout` as it is written in settings, such as `5m`. */
export function executeTimeout(run: Run, installation: Installation, timeout: string, at: Date): EventRecord {
  return record(run, installation, at, {
    event: { action: 'execute-timeout' },
    message: timeoutText(run, timeout),
  });
}

export function timeoutText(run: Run, timeout: string): string {
  const { typeId, id, name } = run.connector;
  return `action: ${typeId}:${id}: '${name}' execution cancelled due to timeout - exceeded default timeout of "${timeout}"`;
}

/** `<type>:<id>: <name>`, as the log and the documents name a connector. */
export function label({ connector }: Run): string {
  return `${connector.typeId}:${connector.id}: ${connector.name}`;
}

export function errorText({ message, serviceMessage, retry }: ActionResult): string {
  const text = message || 'unknown error running action';
  const detail = serviceMessage ? `: ${serviceMessage}` : '';
  if (retry instanceof Date) return `${text}${detail}; retry at ${retry.toISOString()}`;
  return `${text}${detail}${retry ? '; retry: true' : ''}`;
}

interface Parts {
  event: { action: string; outcome?: string } & Record<string, unknown>;
  message: string;
  execution?: Record<string, unknown>;
  kibana?: Record<string, unknown>;
  [field: string]: unknown;
}

function record(run: Run, installation: Installation, at: Date, parts: Parts): EventRecord {
  const { event, message, execution, kibana, ...rest } = parts;
  const { connector, spaceId } = run;
  const timestamp = at.toISOString();
  return {
    timestamp,
    action: event.action,
    spaceId,
    connectorId: connector.id,
    executionUuid: run.executionUuid,
    outcome: event.outcome ?? null,
    document: {
      '@timestamp': timestamp,
      ecs: { version: ECS_VERSION },
      event: { provider: 'actions', kind: 'action', ...event },
      message,
      ...rest,
      kibana: {
        saved_objects: [
          {
            rel: 'primary',
            type: 'action',
            id: connector.id,
            type_id: connector.typeId,
            ...(spaceId !== 'default' && { namespace: spaceId }),
            ...(connector.isInMemory && { space_agnostic: true }),
          },
        ],
        space_ids: [spaceId],
        action: {
          id: connector.id,
          type_id: connector.typeId,
          ...(connector.name !== '' && { name: connector.name }),
          execution: { uuid: run.executionUuid, source: run.source.kind, ...execution },
        },
        ...kibana,
        server_uuid: installation.uuid,
        version: installation.version,
      },
    },
  };
}
