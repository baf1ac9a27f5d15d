import { EventEmitter } from 'node:events';
import type { Dispatcher } from 'undici';
import type { Deadline } from './deadline.ts';
import { decodedStream } from './encoding.ts';
import { tooLarge, toRequestError } from './errors.ts';
import { dispatchOptions, type Hop } from './hop.ts';

/** Sends one request and gives its answer with the body still to be read. At the deadline the body is destroyed. */
export async function openStream(
  pool: Dispatcher,
  hop: Hop,
  deadline: Deadline,
): Promise<Dispatcher.ResponseData> {
  const ended = deadline.reason();
  if (ended !== undefined) throw ended;
  const ending = new EventEmitter();
  deadline.onEnd((reason) => ending.emit('abort', reason));
  const answer = await pool.request({
    ...dispatchOptions(hop),
    signal: ending,
  } as Dispatcher.RequestOptions);
  // Whoever reads the body is told of its error; nobody may be reading it.
  answer.body.on('error', () => {});
  deadline.onEnd((reason) => answer.body.destroy(reason));
  return answer;
}

export interface StreamLimits {
  maxBytes: number;
  deadline: Deadline;
  /** Whether the deadline is for each wait for the remote, not for the whole: a slow reader costs no time. */
  isPerWait: boolean;
}

/** A body as it arrives, its encoding taken off, no longer than `maxBytes`, within its deadline, which it clears. */
export async function* readStream(
  { body }: Dispatcher.ResponseData,
  encoding: string | undefined,
  { maxBytes, deadline, isPerWait }: StreamLimits,
): AsyncIterable<Uint8Array> {
  let total = 0;
  try {
    for await (const chunk of decodedStream(body, encoding)) {
      total += chunk.byteLength;
      if (total > maxBytes) throw tooLarge(maxBytes);
      if (isPerWait) deadline.pause();
      yield chunk;
      if (isPerWait) deadline.restart();
    }
  } catch (error) {
    throw deadline.reason() ?? toRequestError(error);
  } finally {
    deadline.clear();
    // An answer that is not read to its end must not keep its socket.
    body.destroy();
  }
}
