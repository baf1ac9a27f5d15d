import type { Settings } from '@patchbay/engine/config';
import { processRedactor, redactingLogger } from '@patchbay/engine/redaction';
import { NO_TRACING, type Tracing } from '@patchbay/engine/tracing';
import { createLogger, type Logger } from '@patchbay/kit';
import { type DestinationStream, destination, type LoggerOptions, type Logger as Pino, pino } from 'pino';
import { PATCHBAY_VERSION } from './version.ts';

/** https://www.elastic.co/guide/en/ecs/8.11/ */
const ECS_VERSION = '8.11.0';

/** Loggers by name, all writing to one stream, to which no secret of the process gets. */
export function createLoggers(
  settings: Settings,
  stream: DestinationStream,
  tracing: Pick<Tracing, 'isOn' | 'ids'> = NO_TRACING,
): (name: string) => Logger {
  const redact = processRedactor(settings);
  const isEcs = settings['patchbay.logging.format'] === 'ecs';
  const level = pinoLevel(settings['logging.root.level']);
  const root = pino({ level, ...(isEcs ? ecsOptions(settings) : PINO), ...traceIds(tracing) }, stream);
  const loggers = new Map<string, Logger>();
  return (name) => {
    const known = loggers.get(name);
    if (known !== undefined) return known;
    const named = root.child(isEcs ? { 'log.logger': name } : { logger: name });
    const logger = redactingLogger(toLogger(named), redact);
    loggers.set(name, logger);
    return logger;
  };
}

/** Standard output: text for a person, or JSON lines for a program. */
export async function standardOutput(
  format: Settings['patchbay.logging.format'],
): Promise<DestinationStream> {
  const isText = format === 'text' || (format === 'auto' && process.stdout.isTTY);
  if (!isText) return destination({ dest: 1, sync: true });
  const { default: pretty } = await import('pino-pretty');
  return pretty({
    destination: 1,
    sync: true,
    colorize: process.stdout.isTTY === true,
    ignore: 'logger',
    messageFormat: '[{logger}] {msg}',
  });
}

const PINO: LoggerOptions = { base: undefined, timestamp: pino.stdTimeFunctions.isoTime };

/** Names of the Elastic Common Schema, as loggers write it: dotted where no line nests the same object. */
function ecsOptions(settings: Settings): LoggerOptions {
  return {
    messageKey: 'message',
    timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (level) => ({ 'log.level': level }) },
    base: {
      'ecs.version': ECS_VERSION,
      'service.name': 'patchbay',
      'service.version': PATCHBAY_VERSION,
      'service.node.name': settings['server.name'],
      'process.pid': process.pid,
    },
  };
}

/** Lines tell the trace that they belong to. Not the audit log's, whose `trace` is the id of the request. */
function traceIds({ isOn, ids }: Pick<Tracing, 'isOn' | 'ids'>): LoggerOptions {
  if (!isOn) return {};
  return {
    mixin(line) {
      const current = 'trace' in line ? undefined : ids();
      return current === undefined ? {} : { 'trace.id': current.traceId, 'span.id': current.spanId };
    },
  };
}

function pinoLevel(level: Settings['logging.root.level']): string {
  if (level === 'all') return 'trace';
  return level === 'off' ? 'silent' : level;
}

function toLogger(log: Pino): Logger {
  return createLogger(
    (level, message, fields = {}) => log[level](fields, message),
    (level) => log.isLevelEnabled(level),
  );
}
