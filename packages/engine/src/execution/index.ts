export { createExecution, type Execution, type RunRequest } from './execution.ts';
