export { processRedactor } from './process-redactor.ts';
export { redactValues } from './redact-values.ts';
export { redactingLogger } from './redacting-logger.ts';
export { lazyRedactor, type Redact, type Redactor, redactor, strictRedactor } from './redactor.ts';
export { urlCredentials } from './url-credentials.ts';
