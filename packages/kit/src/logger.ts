export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** What an action may write to the process log. Structured fields come second. */
export type Logger = Record<LogLevel, (message: string, fields?: Record<string, unknown>) => void>;
