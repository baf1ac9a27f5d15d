import { createLogger, type Logger, type LogLevel } from '@patchbay/kit';

export interface LogLine {
  logger: string;
  level: LogLevel;
  message: string;
  fields: Record<string, unknown> | undefined;
}

/** Loggers by name that write into one list. */
export function logLines(): { lines: LogLine[]; logger(name: string): Logger } {
  const lines: LogLine[] = [];
  return {
    lines,
    logger: (name) =>
      createLogger((level, message, fields) => void lines.push({ logger: name, level, message, fields })),
  };
}
