import type { z } from 'zod';
import { ResponseError } from '../http/index.ts';
import { callService, type FailureReading, type ServiceCall, type ServiceContext } from './service-call.ts';

export interface ServiceRequest<Data> extends ServiceCall {
  /** What the answer must be. Its value is checked and not used: the answer stays as the service gave it. */
  responseSchema: z.ZodType<unknown, Data>;
}

export interface ServiceAnswer<Data> {
  status: number;
  headers: Record<string, string>;
  /** The body: parsed where it is JSON, its text where it is not. */
  data: Data;
}

export type RequestService = <Data>(request: ServiceRequest<Data>) => Promise<ServiceAnswer<Data>>;

/**
 * The way in which every sub-action calls its service: section 3 of the framework's contract. The call throws
 * `ServiceError` where it failed, `ResponseError` where the answer is not what was asked for, and a plain error for a
 * URL that may not be called.
 */
export function serviceRequester(context: ServiceContext, reading: FailureReading): RequestService {
  return async ({ responseSchema, ...call }) => {
    const response = await callService(context, reading, call, context.http.request);
    const answer = response.data();
    const parsed = responseSchema.safeParse(answer);
    if (!parsed.success) throw new ResponseError(`Response validation failed (${parsed.error.message})`);
    return { status: response.status, headers: response.headers, data: answer as never };
  };
}
