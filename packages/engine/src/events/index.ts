export {
  errorText,
  executeEnd,
  executeStart,
  executeTimeout,
  type Installation,
  label,
  type Run,
  type RunSource,
  timeoutText,
} from './document.ts';
export { createEventLog, type EventLog } from './event-log.ts';
