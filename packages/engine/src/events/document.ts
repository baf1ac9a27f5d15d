import type { ActionResult, SourceKind, TokenUsage } from '@patchbay/kit';
import type { EventRecord } from '../store/index.ts';

/** Who or what started a run, and what it has to do with. Plain data: a delivery keeps a copy. */
export interface RunSource {
  kind: SourceKind;
  /** The saved object that asked for it, where one did: the event log tells its type in place of the kind. */
  object?: { type: string; id: string };
  user?: { name: string; id: string };
  apiKey?: { id: string; name: string };
  /** Saved objects that the run has to do with, such as the rule (type `alert`) that asked for it. */
  related?: readonly RelatedObject[];
  /** Which application's rule asked for it. */
  consumer?: string;
  /** The run of the rule. */
  ruleExecutionUuid?: string;
}

export interface RelatedObject {
  type: string;
  id: string;
  /** Of a rule: its rule type. */
  typeId?: string;
  /** Left out: the default space. */
  namespace?: string;
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
  task?: Task | undefined;
}

/** What a run belongs to that nobody waits for: one attempt of a delivery. */
export interface Task {
  deliveryId: string;
  /** From 1 on. */
  attempt: number;
  scheduledAt: Date;
  /** Takes the documents of the run, which are written with what the attempt came to. */
  record(event: EventRecord): void;
}

export interface Installation {
  /** Identifies this installation in every document. */
  uuid: string;
  /** The API level. */
  version: string;
}

/** Of a document, what is read again. */
export interface EventDocument {
  event: { start?: string; outcome?: string };
  message: string;
  error?: { message: string };
  kibana: {
    action: { id: string; name?: string };
    space_ids: string[];
    task?: { scheduled: string; schedule_delay: number };
    version: string;
  };
}

export function documentOf(event: Pick<EventRecord, 'document'>): EventDocument {
  return event.document as unknown as EventDocument;
}

/** Reference documents are ECS; this is the version that the reference writes. */
const ECS_VERSION = '1.8.0';

export function executeStart(run: Run, installation: Installation): EventRecord {
  const event = {
    provider: 'actions',
    action: 'execute-start',
    kind: 'action',
    start: run.startedAt.toISOString(),
  };
  return record(run, installation, run.startedAt, { event, message: `action started: ${label(run)}` });
}

export function executeEnd(
  run: Run,
  installation: Installation,
  end: { result: ActionResult; endedAt: Date; requestBodyBytes: number; tokenUsage?: TokenUsage },
): EventRecord {
  const { result, endedAt, requestBodyBytes, tokenUsage } = end;
  const isOk = result.status === 'ok';
  const durationMs = endedAt.getTime() - run.startedAt.getTime();
  const parts: Parts = {
    durationMs,
    event: {
      provider: 'actions',
      action: 'execute',
      kind: 'action',
      start: run.startedAt.toISOString(),
      end: endedAt.toISOString(),
      duration: nanoseconds(durationMs),
      outcome: isOk ? 'success' : 'failure',
    },
    message: `${isOk ? 'action executed' : 'action execution failure'}: ${label(run)}`,
    execution: {
      uuid: run.executionUuid,
      source: sourceName(run.source),
      usage: { request_body_bytes: requestBodyBytes },
    },
    apiKey: run.source.apiKey,
  };
  if (tokenUsage !== undefined) {
    const { prompt, completion, total } = tokenUsage;
    const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total };
    parts.execution = { ...parts.execution, gen_ai: { usage } };
  }
  const { user } = run.source;
  if (user !== undefined)
    parts.user = user.id === '' ? { name: user.name } : { name: user.name, id: user.id };
  if (!isOk) parts.error = { message: errorText(result) };
  return record(run, installation, endedAt, parts);
}

/** As text: more than a number holds exactly. */
function nanoseconds(ms: number): string {
  return ms === 0 ? '0' : `${ms}000000`;
}

/** `timeout` as it is written in settings, such as `5m`. */
export function executeTimeout(run: Run, installation: Installation, timeout: string, at: Date): EventRecord {
  const event = { provider: 'actions', action: 'execute-timeout', kind: 'action' };
  return record(run, installation, at, { event, message: timeoutText(run, timeout) });
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

/** What one document has that others of the same run have not. */
interface Parts {
  event: { action: string; outcome?: string } & Record<string, string>;
  message: string;
  durationMs?: number;
  error?: { message: string };
  user?: { name: string; id?: string };
  execution?: Record<string, unknown>;
  apiKey?: { id: string; name: string } | undefined;
}

/** Built field by field, not from conditional spreads, which cost several times as much: every run builds two. */
function record(run: Run, installation: Installation, at: Date, parts: Parts): EventRecord {
  const { connector, spaceId, executionUuid } = run;
  const source = sourceName(run.source);
  const timestamp = at.toISOString();
  const savedObject: Record<string, unknown> = {
    rel: 'primary',
    type: 'action',
    id: connector.id,
    type_id: connector.typeId,
  };
  if (spaceId !== 'default') savedObject.namespace = spaceId;
  if (connector.isInMemory) savedObject.space_agnostic = true;
  const action: Record<string, unknown> = { id: connector.id, type_id: connector.typeId };
  if (connector.name !== '') action.name = connector.name;
  action.execution = parts.execution ?? { uuid: executionUuid, source };
  const { related = [] } = run.source;
  const savedObjects = related.length === 0 ? [savedObject] : [savedObject, ...related.map(relatedObject)];
  const kibana: Record<string, unknown> = { saved_objects: savedObjects, space_ids: [spaceId], action };
  const rule = ruleOf(run.source);
  if (rule !== undefined) kibana.alert = { rule };
  if (parts.apiKey !== undefined) kibana.user_api_key = parts.apiKey;
  if (run.task !== undefined) {
    const { deliveryId, attempt, scheduledAt } = run.task;
    kibana.task = {
      scheduled: scheduledAt.toISOString(),
      // Nanoseconds.
      schedule_delay: Math.max(0, run.startedAt.getTime() - scheduledAt.getTime()) * 1_000_000,
    };
    kibana.patchbay = { delivery: { id: deliveryId, attempt } };
  }
  kibana.server_uuid = installation.uuid;
  kibana.version = installation.version;
  const document: Record<string, unknown> = {
    '@timestamp': timestamp,
    ecs: { version: ECS_VERSION },
    event: parts.event,
    message: parts.message,
  };
  if (parts.error !== undefined) document.error = parts.error;
  if (parts.user !== undefined) document.user = parts.user;
  document.kibana = kibana;
  return {
    timestamp,
    action: parts.event.action,
    spaceId,
    connectorId: connector.id,
    typeId: connector.typeId,
    executionUuid,
    outcome: parts.event.outcome ?? null,
    source,
    durationMs: parts.durationMs ?? null,
    deliveryId: run.task?.deliveryId ?? null,
    attempt: run.task?.attempt ?? null,
    document,
  };
}

/** What the event log calls a source. */
function sourceName({ kind, object }: RunSource): string {
  return object?.type ?? kind;
}

function relatedObject({ type, id, typeId, namespace }: RelatedObject): Record<string, string> {
  return {
    rel: 'primary',
    type,
    id,
    ...(typeId !== undefined && { type_id: typeId }),
    ...(namespace !== undefined && namespace !== 'default' && { namespace }),
  };
}

/** What the documents tell of the rule that started a run; undefined where none did. */
function ruleOf({ consumer, ruleExecutionUuid, related }: RunSource): Record<string, unknown> | undefined {
  const typeId = related?.find(({ type }) => type === 'alert')?.typeId;
  if (consumer === undefined && ruleExecutionUuid === undefined && typeId === undefined) return undefined;
  return {
    ...(consumer !== undefined && { consumer }),
    ...(ruleExecutionUuid !== undefined && { execution: { uuid: ruleExecutionUuid } }),
    ...(typeId !== undefined && { rule_type_id: typeId }),
  };
}
