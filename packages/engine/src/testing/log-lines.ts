import type { Logger, LogLevel } from '@patchbay/kit';

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
    logger(name) {
      const at =
        (level: LogLevel): Logger[LogLevel] =>
        (message, fields) =>
          void lines.push({ logger: name, level, message, fields });
      return {
        trace: at('trace'),
        debug: at('debug'),
        info: at('info'),
        warn: at('warn'),
        error: at('error'),
        fatal: at('fatal'),
      };
    },
  };
}
