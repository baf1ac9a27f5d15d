import { randomUUID } from 'node:crypto';
import {
  type ActionResult,
  type ConnectorType,
  createHttpClient,
  type Elasticsearch,
  type Logger,
  runAction,
  ValidationError,
  validateConfig,
  validateConnector,
  validateParams,
  validateSecrets,
} from '@patchbay/kit';
import type { Catalog, Connector, ResolvedConnector } from '../catalog/index.ts';
import type { Egress } from '../egress/index.ts';
import { NotFoundError } from '../errors/index.ts';
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
  timeoutText,
} from '../events/index.ts';
import type { Tokens } from '../tokens/index.ts';
import { type Redact, type Redactor, redactingLogger, redactor } from './redact.ts';

export interface RunRequest {
  spaceId: string;
  connectorId: string;
  params: unknown;
  source: RunSource;
  /** Fires when the caller is gone. */
  signal: AbortSignal;
}

/** Runs actions. There is one pipeline; HTTP, rules and the rest are only different sources of it. */
export interface Execution {
  /**
   * Whatever the action comes to is a result. Throws `NotFoundError` (no such connector), `BadRequestError` (type not
   * registered), `ForbiddenError` (type disabled or not licensed), `InternalError` (secrets do not open).
   */
  run(request: RunRequest): Promise<ActionResult>;
  /** How many runs are under way. */
  inFlight(): number;
  /** Aborts the runs under way; each ends with a result of its own. */
  abortAll(): void;
}

export interface ExecutionOptions {
  catalog: Catalog;
  egress: Egress;
  elasticsearch: Elasticsearch;
  tokens: Tokens;
  events: EventLog;
  installation: Installation;
  userAgent: string;
  /** A logger by name. */
  logger(name: string): Logger;
  now(): Date;
}

/** No run takes longer, whatever its own calls allow themselves. The reference's limit for background runs. */
const RUN_TIMEOUT = { text: '5m', ms: 300_000 };

interface Input {
  config: unknown;
  secrets: unknown;
  params: unknown;
}

export function createExecution(options: ExecutionOptions): Execution {
  const { catalog, egress, events, installation, logger, now } = options;
  const { validation } = catalog;
  const running = new Set<AbortController>();
  const log = logger('actions');
  /** Validated configs. A connector is the same object until it changes. */
  const configs = new WeakMap<Connector, unknown>();

  async function run(request: RunRequest): Promise<ActionResult> {
    const { spaceId, connectorId } = request;
    const resolved = await catalog.resolve(spaceId, connectorId);
    if (resolved === undefined) throw new NotFoundError(`Saved object [action/${connectorId}] not found`);
    const { connector } = resolved;
    const type = catalog.types.get(connector.typeId);
    if (connector.origin === 'stored') catalog.types.ensureEnabled(type);
    else catalog.types.ensureLicensed(type);

    const secrets = resolved.openSecrets();
    const settings = resolved.openSettings();
    const redact = redactor(secrets, settings?.secretValues);
    const thisRun = describe(request, connector);
    events.record(executeStart(thisRun, installation));
    const { result, requestBodyBytes } = await attempt(request, type, resolved, secrets, redact, thisRun);
    const shown = redacted(result, redact);
    events.record(executeEnd(thisRun, installation, { result: shown, endedAt: now(), requestBodyBytes }));
    if (shown.status === 'error') {
      const source = shown.errorSource ?? 'framework';
      log.warn(`action execution failure: ${label(thisRun)}: ${errorText(shown)}`, {
        tags: [connector.typeId, connector.id, 'action-run-failed', `${source}-error`],
      });
    }
    return shown;
  }

  async function attempt(
    request: RunRequest,
    type: ConnectorType,
    resolved: ResolvedConnector,
    secrets: unknown,
    redact: Redactor,
    thisRun: Run,
  ): Promise<{ result: ActionResult; requestBodyBytes: number }> {
    const { connector } = resolved;
    const input = validate(type, connector, secrets, request.params);
    if ('status' in input) return { result: input, requestBodyBytes: 0 };
    const settings = resolved.openSettings();
    const runLog = redactingLogger(logger(`plugins.actions${type.id}`), redact);
    let requestBodyBytes = 0;
    const result = await withinTime(request.signal, thisRun, (signal) =>
      runAction(type, {
        ...input,
        connector: {
          id: connector.id,
          name: connector.name,
          typeId: type.id,
          typeName: type.name,
          spaceId: request.spaceId,
        },
        executionId: thisRun.executionUuid,
        signingKeys: settings?.signingKeys ?? [],
        http: createHttpClient({
          transport: egress.transportFor(settings?.connection),
          signal,
          userAgent: options.userAgent,
          onRequestBodyBytes: (bytes) => {
            requestBodyBytes += bytes;
          },
        }),
        elasticsearch: options.elasticsearch,
        tokens: options.tokens.of(
          {
            id: connector.id,
            spaceId: request.spaceId,
            version: connector.version,
            isStored: connector.origin === 'stored',
          },
          {
            log: runLog,
            signal,
            // Without its type too: that is how services repeat it.
            onToken: (token) => redact.learn([token, token.slice(token.indexOf(' ') + 1)]),
          },
        ),
        log: runLog,
        signal,
        now,
      }),
    );
    return { result, requestBodyBytes };
  }

  /** Params first, then config, secrets and the two together. A refusal is a result. */
  function validate(
    type: ConnectorType,
    connector: Connector,
    secrets: unknown,
    params: unknown,
  ): Input | ActionResult {
    const refused = (error: unknown, errorSource: 'user' | 'framework'): ActionResult => {
      if (!(error instanceof ValidationError)) throw error;
      return { actionId: connector.id, status: 'error', message: error.message, retry: false, errorSource };
    };
    let parsedParams: unknown;
    try {
      parsedParams = validateParams(type, params);
    } catch (error) {
      return refused(error, 'user');
    }
    try {
      const config = configs.get(connector) ?? validateConfig(type, connector.config, validation);
      configs.set(connector, config);
      const input = { config, secrets: validateSecrets(type, secrets, validation), params: parsedParams };
      validateConnector(type, input, validation);
      return input;
    } catch (error) {
      return refused(error, 'framework');
    }
  }

  /** Aborts the work when the caller goes away, at a forced stop, and after the time-out, which is a result too. */
  async function withinTime(
    caller: AbortSignal,
    thisRun: Run,
    work: (signal: AbortSignal) => Promise<ActionResult>,
  ): Promise<ActionResult> {
    const controller = new AbortController();
    const abort = () => controller.abort();
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<ActionResult>((resolve) => {
      timer = setTimeout(() => {
        events.record(executeTimeout(thisRun, installation, RUN_TIMEOUT.text, now()));
        resolve({
          actionId: thisRun.connector.id,
          status: 'error',
          message: 'an error occurred while running the action',
          serviceMessage: timeoutText(thisRun, RUN_TIMEOUT.text),
          retry: true,
          errorSource: 'framework',
        });
        abort();
      }, RUN_TIMEOUT.ms);
    });
    running.add(controller);
    caller.addEventListener('abort', abort);
    if (caller.aborted) abort();
    try {
      return await Promise.race([work(controller.signal), timedOut]);
    } finally {
      clearTimeout(timer);
      caller.removeEventListener('abort', abort);
      running.delete(controller);
    }
  }

  function describe({ spaceId, source }: RunRequest, connector: Connector): Run {
    const { id, typeId, name, origin } = connector;
    return {
      executionUuid: randomUUID(),
      source,
      spaceId,
      connector: { id, typeId, name, isInMemory: origin !== 'stored' },
      startedAt: now(),
    };
  }

  return {
    run,
    inFlight: () => running.size,
    abortAll: () => {
      for (const controller of running) controller.abort();
    },
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
