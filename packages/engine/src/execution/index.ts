export type { CapturedRequest } from './capture.ts';
export {
  createExecution,
  type Execution,
  type RunRequest,
  type TaskRequest,
  type TaskResult,
  type TestRequest,
} from './execution.ts';
export type { EndedRun, RunObserver } from './observer.ts';
