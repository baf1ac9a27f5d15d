export type { CapturedRequest } from './capture.ts';
export { createExecution, type Execution, type RunRequest, type TestRequest } from './execution.ts';
