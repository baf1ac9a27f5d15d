import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Deadline } from './deadline.ts';
import { tooLarge } from './errors.ts';
import { dispatchOptions, flat, type Hop } from './hop.ts';

/** An answer as it came off the wire, its body whole and still encoded. */
export interface WireAnswer {
  status: number;
  statusText: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/**
 * Sends one request and takes its answer whole. Ends early, and lets go of the connection, past `maxBytes` and at
 * the deadline. Rejects with whatever the pool says.
 */
export function exchange(
  pool: Dispatcher,
  hop: Hop,
  maxBytes: number,
  deadline: Deadline,
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let statusText = '';
    let headers: Record<string, string> = {};
    let total = 0;
    const chunks: Uint8Array[] = [];
    // Also before the pool has a connection for it: the caller does not wait for that.
    deadline.onEnd((reason) => {
      controller?.abort(reason);
      reject(reason);
    });
    pool.dispatch(dispatchOptions(hop), {
      onRequestStart(started) {
        controller = started;
        const reason = deadline.reason();
        if (reason !== undefined) started.abort(reason);
      },
      onResponseStart(_controller, statusCode, given: IncomingHttpHeaders, message = '') {
        status = statusCode;
        statusText = message;
        headers = flat(given);
      },
      onResponseData(current, chunk) {
        total += chunk.byteLength;
        if (total > maxBytes) current.abort(tooLarge(maxBytes));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        resolve({
          status,
          statusText,
          headers,
          body: chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks),
        });
      },
      onResponseError(_controller, error) {
        reject(error);
      },
    });
  });
}

const EMPTY = new Uint8Array();
