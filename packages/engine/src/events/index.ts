export {
  errorText,
  executeEnd,
  executeStart,
  executeTimeout,
  type Installation,
  label,
  type RelatedObject,
  type Run,
  type RunSource,
  type Task,
  timeoutText,
} from './document.ts';
export { createEventLog, type EventLog, type EventLogFigures, eventEntry } from './event-log.ts';
