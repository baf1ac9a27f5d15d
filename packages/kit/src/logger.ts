export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

type Write = (level: LogLevel, message: string, fields?: Record<string, unknown>) => void;

/** What an action may write to the process log. Structured fields come second. */
export type Logger = Record<LogLevel, (message: string, fields?: Record<string, unknown>) => void> & {
  /** Whether a line of this level is written at all. */
  isEnabled(level: LogLevel): boolean;
};

/** A logger that writes with one function. */
export function createLogger(write: Write, isEnabled: (level: LogLevel) => boolean = () => true): Logger {
  const at =
    (level: LogLevel): Logger[LogLevel] =>
    (message, fields) => {
      if (isEnabled(level)) write(level, message, fields);
    };
  return {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    isEnabled,
  };
}
