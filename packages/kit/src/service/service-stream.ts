import type { HttpStream } from '../http/index.ts';
import { callService, type FailureReading, type ServiceCall, type ServiceContext } from './service-call.ts';

export type StreamService = (call: ServiceCall) => Promise<HttpStream>;

/**
 * As `serviceRequester`, for an answer that is passed on as it arrives: of any size, the time-out is for its head and for
 * each wait after it, and nothing checks what it is. The answer of a call that failed is read to its end, so that the type
 * can word it.
 */
export function serviceStreamer(context: ServiceContext, reading: FailureReading): StreamService {
  return (call) =>
    callService(context, reading, call, (method, url, options) =>
      context.http.stream(method, url, { ...options, isPassedOn: true }),
    );
}
