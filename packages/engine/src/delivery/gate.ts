/** Says how much of a lane may start: its rate limit and its breaker. */
export interface Gate {
  /** Up to `wanted` may start now, at least one; or none before a moment. What is admitted is counted. */
  admit(connectorId: string, wanted: number, at: Date): Promise<{ count: number } | { until: Date }>;
  /** That many were admitted and not there. */
  giveBack(connectorId: string, count: number, at: Date): void;
}

/** For lanes without limits. */
export const OPEN_GATE: Gate = {
  admit: async (_connectorId, count) => ({ count }),
  giveBack: () => {},
};
