export {
  type FailureReading,
  onlyThrottlingIsTheUsers,
  type RequestService,
  type ServiceAnswer,
  ServiceError,
  type ServiceRequest,
  serviceRequester,
  statusTextOnly,
} from './service-request.ts';
export {
  ensureAllowed,
  ensureUsableUrl,
  normalizeUrl,
  serviceUrl,
  withoutTrailingSlash,
} from './service-url.ts';
