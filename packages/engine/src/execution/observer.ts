/** Is told of runs as they end, to count them. Must not throw. */
export interface RunObserver {
  runEnded(run: EndedRun): void;
}

export interface EndedRun {
  typeId: string;
  connectorId: string;
  spaceId: string;
  outcome: RunOutcome;
  seconds: number;
}

export type RunOutcome = 'success' | 'user_error' | 'framework_error' | 'timeout' | 'rate_limited';
