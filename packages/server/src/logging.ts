import type { Settings } from '@patchbay/engine/config';
import { processRedactor, redactingLogger } from '@patchbay/engine/redaction';
import { createLogger, type Logger } from '@patchbay/kit';
import { type DestinationStream, destination, type Logger as Pino, pino } from 'pino';

/** Loggers by name, all writing to one stream, to which no secret of the process gets. */
export function createLoggers(settings: Settings, stream: DestinationStream): (name: string) => Logger {
  const redact = processRedactor(settings);
  const root = pino(
    {
      level: pinoLevel(settings['logging.root.level']),
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    stream,
  );
  const loggers = new Map<string, Logger>();
  return (name) => {
    const known = loggers.get(name);
    if (known !== undefined) return known;
    const logger = redactingLogger(toLogger(root.child({ logger: name })), redact);
    loggers.set(name, logger);
    return logger;
  };
}

/** Standard output: JSON lines, or text for a person at a terminal. */
export async function standardOutput(): Promise<DestinationStream> {
  if (!process.stdout.isTTY) return destination({ dest: 1, sync: true });
  const { default: pretty } = await import('pino-pretty');
  return pretty({ destination: 1, sync: true, ignore: 'logger', messageFormat: '[{logger}] {msg}' });
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
