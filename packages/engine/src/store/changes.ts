/** What is kept in memory of a store that others may change too. */
export type ChangeKind = 'connectors' | 'spaces' | 'users' | 'roles' | 'apiKeys' | 'sessions';

/**
 * Tells those who keep records in memory when somebody else has changed them. A connector's settings and who may do what
 * with it count as the connector.
 */
export interface ChangeFeed {
  /**
   * Whether every change that is older than `STALENESS_BOUND_MS` has been told. While it is not so, nothing that is kept
   * may be used.
   */
  isHeard(): boolean;
  /** Calls `changed` with the id of a changed record; without one when any may have changed. One's own are told too. */
  onChange(kind: ChangeKind, changed: (id: string | undefined) => void): void;
}

/** How old what is kept in memory may be at most: of a change by another process it is seen within this time. */
export const STALENESS_BOUND_MS = 5000;

/** For a store that one process has to itself. */
export const nobodyElse: ChangeFeed = { isHeard: () => true, onChange: () => {} };
