export { basicAuth, createHttpClient, type HttpClientOptions } from './client.ts';
export { HttpRequestError, HttpStatusError, ResponseError, sourceOfStatus } from './errors.ts';
export { mergeHeaders } from './headers.ts';
export type { HttpClient, HttpMethod, HttpOptions, HttpResponse, HttpStream, QueryValue } from './http.ts';
export { percentEncode } from './request-body.ts';
export { retryAfter } from './retry-after.ts';
export type { TlsOptions } from './tls.ts';
export type { Transport, TransportRequest, TransportResponse } from './transport.ts';
