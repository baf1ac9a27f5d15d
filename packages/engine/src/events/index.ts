export { dateMath } from './date-math.ts';
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
export { createEventRetention, type EventRetention } from './event-retention.ts';
export {
  EXECUTION_SORTS,
  type Execution,
  type ExecutionLog,
  type ExecutionQuery,
  type ExecutionSort,
  executionLog,
} from './execution-log.ts';
export { type EventExport, startEventExport } from './export/index.ts';
export { type FailureRate, type FailureRates, type Failures, failureRates } from './failure-rate.ts';
export { type KqlNode, readKql } from './kql/index.ts';
export { type Latency, latencyOf } from './latency.ts';
export { type EventSearch, type FoundEvents, type Searching, searchEvents } from './search.ts';
