import type { HttpClient, HttpMethod, HttpOptions } from './http.ts';

/** One call of an HTTP client. */
export interface HttpCall {
  method: HttpMethod;
  url: string;
  options: HttpOptions & { isPassedOn?: boolean };
}

/** What stands around each call: it may change it, send it, send it again. */
export type AroundCall = <Answer>(
  call: HttpCall,
  send: (call: HttpCall) => Promise<Answer>,
) => Promise<Answer>;

/** The HTTP client that sends by another one, with something around each call. */
export function clientAround(http: HttpClient, around: AroundCall): HttpClient {
  const request = (method: HttpMethod, url: string, options: HttpOptions = {}) =>
    around({ method, url, options }, (call) => http.request(call.method, call.url, call.options));
  return {
    request,
    stream: (method, url, options = {}) =>
      around({ method, url, options }, (call) => http.stream(call.method, call.url, call.options)),
    get: (url, options) => request('GET', url, options),
    post: (url, options) => request('POST', url, options),
    put: (url, options) => request('PUT', url, options),
    patch: (url, options) => request('PATCH', url, options),
    delete: (url, options) => request('DELETE', url, options),
  };
}
