import {
  type ActionResult,
  type Cases,
  type ConnectorType,
  createHttpClient,
  createLogger,
  type Elasticsearch,
  type Logger,
  messageOf,
  type OtherConnectors,
  runAction,
  type Smtp,
  StreamedData,
  type TokenStore,
  type TokenUsage,
  type Transport,
} from '@patchbay/kit';
import { holds, type Principal } from '../access/index.ts';
import type { Catalog, Connector, ConnectorSettings, ResolvedConnector } from '../catalog/index.ts';
import type { Egress } from '../egress/index.ts';
import type { ElasticsearchClient } from '../elasticsearch/index.ts';
import { ForbiddenError, InternalError, NotFoundError } from '../errors/index.ts';
import {
  type EventLog,
  errorText,
  executeEnd,
  executeStart,
  executeTimeout,
  type Installation,
  label,
  type Run,
  type RunSource,
  type Task,
  timeoutText,
} from '../events/index.ts';
import { timeOrderedIds } from '../random/index.ts';
import type { RateLimit } from '../rate-limits/index.ts';
import {
  lazyRedactor,
  type Redact,
  type Redactor,
  redactingLogger,
  redactor,
  strictRedactor,
  urlCredentials,
} from '../redaction/index.ts';
import type { EventRecord } from '../store/index.ts';
import { lazyTokens, passingTokens, type TokenOwner, type TokenRun, type Tokens } from '../tokens/index.ts';
import { type Attributes, NO_TRACING, type Tracing } from '../tracing/index.ts';
import { type MayLeave, smtpAsking, transportAsking } from './asking-first.ts';
import { type CapturedRequest, capture } from './capture.ts';
import { type Input, inputReader } from './input.ts';
import type { RunObserver, RunOutcome } from './observer.ts';
import { type Opened, open } from './open.ts';
import { NO_CONNECTORS, otherConnectors } from './other-connectors.ts';
import { tooOften, typeLimits } from './type-limits.ts';
import { RUN_TIMEOUT, runningWork } from './within-time.ts';

export interface RunRequest {
  spaceId: string;
  connectorId: string;
  params: unknown;
  source: RunSource;
  /** Whom a system type's run is for, with whose rights it acts; left out: nobody. */
  caller?: Principal | undefined;
  /** Fires when the caller is gone; undefined: nobody goes away. */
  signal: AbortSignal | undefined;
}

/** A run that nobody waits for: one attempt of a delivery. */
export interface TaskRequest extends Omit<RunRequest, 'signal'> {
  task: Task;
  /** Asked before each request; left out: all may leave. */
  mayLeave?: MayLeave | undefined;
}

export interface TaskResult {
  result: ActionResult;
  executionUuid: string;
  /** False when it was refused before anything could be sent. */
  wasRun: boolean;
  /** It failed when all runs were aborted: that says nothing of the remote. */
  wasAborted: boolean;
}

/** A run of a connector that is not stored. */
export interface TestRequest extends Omit<RunRequest, 'connectorId'> {
  typeId: string;
  config: unknown;
  secrets: unknown;
  settings?: ConnectorSettings | undefined;
}

/** Runs actions. There is one pipeline; HTTP, rules and the rest are only different sources of it. */
export interface Execution {
  /**
   * Whatever the action comes to is a result. Throws `NotFoundError` (no such connector), `BadRequestError` (type not
   * registered), `ForbiddenError` (type disabled or not licensed, or not the caller's to run), `InternalError` (secrets do not open).
   */
  run(request: RunRequest): Promise<ActionResult>;
  /** As `run`, and what `run` throws is a result too. Its documents go to the task and not into the event log. */
  runTask(request: TaskRequest): Promise<TaskResult>;
  /** The documents of a run of which nobody knows what it came to, handed to the task. */
  recordLost(
    request: Omit<TaskRequest, 'params'>,
    lost: { startedAt: Date; result: ActionResult },
  ): Promise<void>;
  /** As `run`, and throws `BadRequestError` where the connector could not be created. */
  test(request: TestRequest): Promise<ActionResult>;
  /**
   * The requests, without their secrets, that a run would send up to the first it needs an answer to; none is sent and
   * nothing is recorded. A run that fails before it sends one has that failure as its result.
   */
  dryRun(request: RunRequest): Promise<ActionResult>;
  /** Takes out of a text what the runs under way keep secret, and the process itself. */
  redact: Redact;
  /** Takes out of a text what a connector keeps secret, and the process itself. Throws `InternalError` as a run does. */
  redactorOf(spaceId: string, connectorId: string): Promise<Redact>;
  /** How many runs are under way. */
  inFlight(): number;
  /** Resolves when none is, and what each came to is recorded. */
  ended(): Promise<void>;
  /** Aborts the runs under way; each ends with a result of its own. */
  abortAll(): void;
}

export interface ExecutionOptions {
  catalog: Catalog;
  egress: Egress;
  elasticsearch: ElasticsearchClient;
  tokens: Tokens;
  /** The cases of a space, with the rights of a caller. */
  cases(caller: Principal, spaceId: string): Cases;
  events: EventLog;
  installation: Installation;
  userAgent: string;
  /** Knows what the process itself keeps secret. */
  processRedactor: Redactor;
  /** By connector type id, without its dot. */
  rateLimits: Readonly<Record<string, RateLimit>>;
  observer?: RunObserver | undefined;
  tracing?: Tracing | undefined;
  /** A logger by name. */
  logger(name: string): Logger;
  now(): Date;
}

/** What a run reaches the world by. */
interface Means {
  transport: Transport;
  /** Made for the runs that ask for it. */
  smtp(): Smtp;
  elasticsearch: Elasticsearch;
  log: Logger;
  tokens(run: TokenRun): TokenStore;
  connectors: OtherConnectors;
  cases: Cases | undefined;
  redact: Redactor;
  /** Counts the run. */
  isTooOften(): boolean;
}

/** What a run has cost, as far as it has gone. */
interface Measured {
  /** False until the type's own code is called. */
  wasRun: boolean;
  requestBodyBytes: number;
  tokenUsage?: TokenUsage;
  /** Why it ended, where that is no error of its own. */
  endedBy?: 'timeout' | 'rate_limited';
}

interface Prepared {
  type: ConnectorType;
  resolved: ResolvedConnector;
  run: Run;
  request: Pick<RunRequest, 'params' | 'signal' | 'caller'> & Pick<TaskRequest, 'mayLeave'>;
  /** Told once what it came to, when that is known. */
  onEnd?(result: ActionResult, wasRun: boolean): void;
}

export function createExecution(options: ExecutionOptions): Execution {
  const {
    catalog,
    egress,
    events,
    installation,
    processRedactor,
    observer,
    tracing = NO_TRACING,
    logger,
    now,
  } = options;
  const work = runningWork();
  const readInput = inputReader(catalog.validation);
  const log = logger('actions');
  const redactors = new Set<Redactor>();
  const uuidAt = timeOrderedIds();
  let isAborted = false;
  const isLimited = typeLimits(options.rateLimits);

  async function prepare(
    request: RunRequest & Partial<Pick<TaskRequest, 'task' | 'mayLeave'>>,
  ): Promise<Prepared> {
    const { spaceId, connectorId } = request;
    const resolved = await tracing.span(
      'resolve',
      { attributes: { 'patchbay.connector.id': connectorId } },
      () => catalog.resolve(spaceId, connectorId),
    );
    if (resolved === undefined) throw new NotFoundError(`Saved object [action/${connectorId}] not found`);
    const { connector } = resolved;
    const type = catalog.types.runnable(connector);
    ensureAllowed(type, request);
    return { type, resolved, run: describe(request, connector), request };
  }

  /** Runs and records. */
  async function perform(prepared: Prepared, tokens: (run: TokenRun) => TokenStore): Promise<ActionResult> {
    const { type, resolved, run, request } = prepared;
    const { connector } = resolved;
    const opened = open(resolved);
    const redact = lazyRedactor(() => secretsOf(opened, connector));
    redactors.add(redact);
    const span = tracing.open(`run ${type.id}`, { attributes: tracing.isOn ? spanAttributes(run) : {} });
    write(run, executeStart(run, installation));
    const { mayLeave } = request;
    const connection = opened.settings?.connection;
    const transport = egress.transportFor(connection);
    const smtp = () => egress.smtpFor(connection);
    const means: Means = {
      transport: mayLeave === undefined ? transport : transportAsking(mayLeave, transport),
      smtp: mayLeave === undefined ? smtp : () => smtpAsking(mayLeave, smtp()),
      elasticsearch: options.elasticsearch,
      log: redactingLogger(logger(`plugins.actions${type.id}`), redact),
      tokens,
      connectors: type.isSystemActionType
        ? otherConnectors({
            catalog,
            spaceId: run.spaceId,
            source: run.source,
            caller: request.caller,
            run: runStored,
          })
        : NO_CONNECTORS,
      cases:
        type.isSystemActionType && request.caller !== undefined
          ? options.cases(request.caller, run.spaceId)
          : undefined,
      redact,
      isTooOften: () => isLimited(type.id, now()),
    };
    const onEnd = (ended: ActionResult, measured: Measured) => {
      redactors.delete(redact);
      const told = redacted(ended, redact);
      record(run, told, measured);
      const outcome = outcomeOf(told, measured);
      if (outcome !== 'success') span.fail(outcome);
      span.end();
      prepared.onEnd?.(told, measured.wasRun);
    };
    try {
      const result = await span.within(() => attempt(prepared, opened, means, onEnd));
      return redacted(result, redact);
    } catch (error) {
      redactors.delete(redact);
      span.fail('framework_error');
      span.end();
      throw error;
    }
  }

  async function runStored(request: RunRequest): Promise<ActionResult> {
    const prepared = await prepare(request);
    const owner = ownerOf(prepared);
    return perform(prepared, (run) => options.tokens.of(owner, run));
  }

  /** Writes down what a run came to. */
  function record(run: Run, result: ActionResult, measured: Measured): void {
    const endedAt = now();
    write(run, executeEnd(run, installation, { result, endedAt, ...measured }));
    observer?.runEnded({
      typeId: run.connector.typeId,
      connectorId: run.connector.id,
      spaceId: run.spaceId,
      outcome: outcomeOf(result, measured),
      seconds: (endedAt.getTime() - run.startedAt.getTime()) / 1000,
    });
    if (result.status === 'ok') return;
    const source = result.errorSource ?? 'framework';
    log.warn(`action execution failure: ${label(run)}: ${errorText(result)}`, {
      tags: [run.connector.typeId, run.connector.id, 'action-run-failed', `${source}-error`],
    });
  }

  async function attempt(
    { type, resolved, run, request }: Prepared,
    { secrets, settings, failure }: Opened,
    means: Means,
    onEnd: (result: ActionResult, measured: Measured) => void,
  ): Promise<ActionResult> {
    const measured: Measured = { wasRun: false, requestBodyBytes: 0 };
    const notRun = (result: ActionResult) => {
      onEnd(result, measured);
      return result;
    };
    if (failure !== undefined) return notRun(failure);
    const { connector } = resolved;
    const validating = tracing.open('validate');
    const input: Input | ActionResult = readInput(type, connector, secrets, request.params);
    validating.end();
    if ('status' in input) return notRun({ ...input, retry: run.task !== undefined });
    if (means.isTooOften()) {
      measured.endedBy = 'rate_limited';
      return notRun(tooOften(type, connector));
    }
    const { transport, elasticsearch, redact } = means;
    const addRequestBodyBytes = (bytes: number) => {
      measured.requestBodyBytes += bytes;
    };
    measured.wasRun = true;
    return work.withinTime({
      caller: request.signal,
      onTimeout() {
        measured.endedBy = 'timeout';
        return timedOut(run);
      },
      onEnd: (result) => onEnd(result, measured),
      run: (signal) =>
        runAction(type, {
          config: input.config,
          secrets: input.secrets,
          params: input.params,
          connector: {
            id: connector.id,
            name: connector.name,
            typeId: type.id,
            typeName: type.name,
            spaceId: run.spaceId,
          },
          executionId: run.executionUuid,
          deliveryId: run.task?.deliveryId,
          source: run.source.kind,
          settings: catalog.validation.settings,
          signingKeys: settings?.signingKeys ?? [],
          allowedHosts: egress.allowedHosts,
          http: createHttpClient({
            transport,
            signal,
            userAgent: options.userAgent,
            onRequestBodyBytes: addRequestBodyBytes,
          }),
          // No getters: an object whose getters are its own costs V8 more than everything else in it.
          smtp: { session: (request, talk) => means.smtp().session(request, talk) },
          elasticsearch,
          tokens: lazyTokens(() =>
            means.tokens({
              log: means.log,
              signal,
              onToken: redact.learn,
              http: createHttpClient({
                transport,
                signal: new AbortController().signal,
                userAgent: options.userAgent,
              }),
            }),
          ),
          connectors: means.connectors,
          cases: means.cases,
          log: means.log,
          redact,
          addRequestBodyBytes,
          reportTokenUsage: (usage) => {
            measured.tokenUsage = usage;
          },
          signal,
          now,
        }),
    });
  }

  /** All that no text of a run may tell. */
  function secretsOf({ secrets, settings }: Opened, { config }: Connector): unknown[] {
    return [secrets, settings?.secretValues, urlCredentials(config), processRedactor];
  }

  function timedOut(run: Run): ActionResult {
    write(run, executeTimeout(run, installation, RUN_TIMEOUT.text, now()));
    return {
      actionId: run.connector.id,
      status: 'error',
      message: 'an error occurred while running the action',
      serviceMessage: timeoutText(run, RUN_TIMEOUT.text),
      // The reference does not repeat a task that has had its time.
      retry: run.task === undefined,
      errorSource: 'framework',
    };
  }

  /** Of a task where it belongs, with what the attempt came to; of another run in the event log, in its time. */
  function write({ task }: Run, event: EventRecord): void {
    if (task === undefined) events.record(event);
    else task.record(event);
  }

  function describe(
    { spaceId, source, task }: Pick<RunRequest, 'spaceId' | 'source'> & { task?: Task },
    connector: Pick<Connector, 'id' | 'typeId' | 'name' | 'origin'>,
  ): Run {
    const { id, typeId, name, origin } = connector;
    const startedAt = now();
    return {
      // In the order of time: runs that follow each other are neighbours in the event log's index of them.
      executionUuid: uuidAt(startedAt),
      source,
      spaceId,
      connector: { id, typeId, name, isInMemory: origin !== 'stored' },
      startedAt,
      task,
    };
  }

  async function runTask(request: TaskRequest): Promise<TaskResult> {
    let run: Run | undefined;
    try {
      const prepared = await prepare({ ...request, signal: undefined });
      run = prepared.run;
      const owner = ownerOf(prepared);
      const ended = new Promise<{ result: ActionResult; wasRun: boolean }>((resolve) => {
        prepared.onEnd = (result, wasRun) => resolve({ result, wasRun });
      });
      const { data } = await perform(prepared, (tokenRun) => options.tokens.of(owner, tokenRun));
      if (data instanceof StreamedData) await readToEnd(data);
      const { result, wasRun } = await ended;
      const wasAborted = isAborted && wasRun && result.status === 'error';
      return { result, wasRun, wasAborted, executionUuid: run.executionUuid };
    } catch (error) {
      run ??= describe(request, await known(request));
      const result = refusal(run, error);
      record(run, result, { wasRun: false, requestBodyBytes: 0 });
      return { result, executionUuid: run.executionUuid, wasRun: false, wasAborted: false };
    }
  }

  /** What can be said of a connector that does not run. */
  async function known({ spaceId, connectorId: id }: Pick<RunRequest, 'spaceId' | 'connectorId'>) {
    const connector = await catalog.resolve(spaceId, id).then(
      (resolved) => resolved?.connector,
      () => undefined,
    );
    return connector ?? { id, typeId: '', name: '', origin: 'stored' as const };
  }

  return {
    run: runStored,
    runTask,

    async recordLost(request, { startedAt, result }) {
      const run = { ...describe(request, await known(request)), startedAt };
      record(run, result, { wasRun: false, requestBodyBytes: 0 });
    },

    async test(request) {
      const { typeId, config, secrets, settings } = request;
      const resolved = catalog.unsaved({ typeId, config, secrets, settings });
      const type = catalog.types.get(typeId);
      const run = describe(request, resolved.connector);
      return perform({ type, resolved, run, request }, passingTokens);
    },

    async dryRun(request) {
      const prepared = await prepare(request);
      const owner = ownerOf(prepared);
      const opened = open(prepared.resolved);
      const redact = strictRedactor(...secretsOf(opened, prepared.resolved.connector));
      const { transport, smtp, operatorTransport, shown } = capture(egress.allowedHosts);
      const means: Means = {
        transport,
        smtp: () => smtp,
        elasticsearch: options.elasticsearch.over(operatorTransport),
        log: SILENT,
        tokens: (run) => passingTokens(run, options.tokens.of(owner, run)),
        connectors: NO_CONNECTORS,
        cases: undefined,
        redact,
        isTooOften: () => false,
      };
      const result = await attempt(prepared, opened, means, () => {});
      const requests: CapturedRequest[] = shown(redact);
      if (requests.length === 0 && result.status === 'error') return redacted(result, redact);
      return { actionId: result.actionId, status: 'ok', data: { requests } };
    },

    redact: (text) => redactor(processRedactor, ...redactors)(text),
    async redactorOf(spaceId, connectorId) {
      const resolved = await catalog.resolve(spaceId, connectorId);
      if (resolved === undefined) return processRedactor;
      return redactor(...secretsOf(open(resolved), resolved.connector));
    },
    inFlight: work.inFlight,
    ended: work.ended,
    abortAll() {
      isAborted = true;
      work.abortAll();
    },
  };
}

function spanAttributes({ connector, spaceId, executionUuid, source, task }: Run): Attributes {
  return {
    'patchbay.connector.id': connector.id,
    'patchbay.connector.type': connector.typeId,
    'patchbay.space': spaceId,
    'patchbay.execution.uuid': executionUuid,
    'patchbay.execution.source': source.kind,
    'patchbay.delivery.id': task?.deliveryId,
    'patchbay.delivery.attempt': task?.attempt,
  };
}

function outcomeOf(
  { status, errorSource = 'framework' }: ActionResult,
  { endedBy }: Pick<Measured, 'endedBy'>,
): RunOutcome {
  return status === 'ok' ? 'success' : (endedBy ?? `${errorSource}_error`);
}

/** For a dry run: what a type logs may be all that it does. */
const SILENT = createLogger(
  () => {},
  () => false,
);

/** Throws where a type asks for privileges that the caller of its run has not. */
function ensureAllowed(
  { id, privileges }: ConnectorType,
  { caller, params, spaceId }: Pick<RunRequest, 'caller' | 'params' | 'spaceId'>,
): void {
  if (privileges === undefined || caller === undefined) return;
  let asked: readonly string[];
  try {
    asked = privileges((params ?? {}) as Readonly<Record<string, unknown>>);
  } catch (error) {
    throw new ForbiddenError(messageOf(error), { cause: error });
  }
  if (asked.every((privilege) => holds(caller, privilege, spaceId))) return;
  throw new ForbiddenError(`Unauthorized to execute a "${id}" action`);
}

function ownerOf({ resolved: { connector }, run }: Prepared): TokenOwner {
  const { id, version, origin, authMode } = connector;
  const profileUid = authMode === 'per-user' ? run.source.user?.id || undefined : null;
  return { id, spaceId: run.spaceId, version, isStored: origin === 'stored', profileUid };
}

/** Nobody reads a background run's answer; to its end it has to be read all the same. */
async function readToEnd({ body }: StreamedData): Promise<void> {
  try {
    for await (const _ of body);
  } catch {
    // What broke off is told where the end is.
  }
}

/** What is wrong with the connector is not mended by trying again when its type may not run. */
function refusal(run: Run, error: unknown): ActionResult {
  return {
    actionId: run.connector.id,
    status: 'error',
    message: messageOf(error),
    retry: !(error instanceof ForbiddenError),
    errorSource: error instanceof InternalError ? 'framework' : 'user',
  };
}

function redacted(result: ActionResult, redact: Redact): ActionResult {
  if (result.status === 'ok') return result;
  return {
    ...result,
    ...(result.message !== undefined && { message: redact(result.message) }),
    ...(result.serviceMessage !== undefined && { serviceMessage: redact(result.serviceMessage) }),
  };
}
