import { closeSync, openSync, writeSync } from 'node:fs';
import type { Settings } from '@patchbay/engine/config';
import { StartupError } from '@patchbay/engine/errors';
import { type Logger, messageOf } from '@patchbay/kit';

/** In the fields of the Elastic Common Schema. Never a body, a query string or a credential. */
export interface AuditEvent {
  '@timestamp': string;
  event: { action: string; category: string[]; type: string[]; outcome: 'success' | 'failure' };
  user?: { name: string; roles: readonly string[] };
  kibana: { space_id: string; saved_object?: { type: string; id?: string } };
  http: { request: { method: string } };
  url: { path: string };
  client: { ip: string };
  trace: { id: string };
  error?: { code: string; message: string };
  message: string;
}

export interface Audit {
  write(event: AuditEvent): void;
  /** Opens the file anew, by its name: another program may have moved it away. Goes on with the old one if it cannot. */
  reopen(): void;
  close(): void;
}

/** The process log, under `audit`, or the configured file. Throws `StartupError` when the file does not open. */
export function openAudit(settings: Settings, logger: (name: string) => Logger): Audit | undefined {
  if (!settings['patchbay.audit.enabled']) return undefined;
  const log = logger('audit');
  const path = settings['patchbay.audit.file'];
  if (path === undefined) {
    return {
      // The line has its own time.
      write: ({ message, '@timestamp': _, ...fields }) => log.info(message, fields),
      reopen: () => {},
      close: () => {},
    };
  }
  let file = openForAppending(path);
  return {
    write(event) {
      try {
        writeSync(file, `${JSON.stringify(event)}\n`);
      } catch (error) {
        // What was done cannot be undone any more: the line goes where it can.
        const { message, '@timestamp': _, ...fields } = event;
        log.error(`patchbay.audit.file: cannot write (${messageOf(error)}): ${message}`, fields);
      }
    },
    reopen() {
      try {
        const opened = openForAppending(path);
        closeSync(file);
        file = opened;
      } catch (error) {
        log.error(`${messageOf(error)} The audit log goes on where it was.`);
      }
    },
    close: () => closeSync(file),
  };
}

function openForAppending(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(`patchbay.audit.file: cannot open the file (${code}).`, { cause });
  }
}
