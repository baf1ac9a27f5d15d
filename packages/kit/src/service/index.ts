export { type BareToken, bareTokenCalls, type TokenCalls } from './bare-token.ts';
export { linkedFile } from './linked-file.ts';
export {
  type FailureReading,
  onlyThrottlingIsTheUsers,
  type ServiceCall,
  type ServiceContext,
  ServiceError,
  statusTextOnly,
} from './service-call.ts';
export {
  type RequestService,
  type ServiceAnswer,
  type ServiceRequest,
  serviceRequester,
} from './service-request.ts';
export { type StreamService, serviceStreamer } from './service-stream.ts';
export {
  ensureAllowed,
  ensureHttpUrl,
  ensureUsableUrl,
  normalizeUrl,
  serviceUrl,
  withoutTrailingSlash,
} from './service-url.ts';
