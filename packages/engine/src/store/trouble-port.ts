import type { Changed } from './lane-port.ts';

/** A connector of which somebody has been told that it does not deliver. One without a record is well. */
export interface TroubleRecord {
  connectorId: string;
  /** What was told last. */
  kind: 'failing' | 'breaker_open';
  /** When it was found. */
  since: string;
}

/**
 * What has been told of connectors, for all processes. It is forgotten when the settings of the connector change, which say
 * who is told: then all is told anew.
 */
export interface TroubleStore {
  /** Of these, those that have one. */
  list(connectorIds: readonly string[]): Promise<TroubleRecord[]>;
  /** As the change of a lane: nobody else's comes between. */
  change<T>(
    connectorId: string,
    step: (trouble: TroubleRecord | undefined) => Changed<TroubleRecord, T>,
  ): Promise<T>;
}
