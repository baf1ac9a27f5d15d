/** A document of the event log with the fields it is searched by. */
export interface EventRecord {
  timestamp: string;
  action: string;
  spaceId: string;
  connectorId: string;
  executionUuid: string;
  outcome: string | null;
  document: Record<string, unknown>;
}

/** As it is appended: its document is bytes already, which wait for the disk where no garbage collector looks. */
export type EventEntry = Omit<EventRecord, 'document'> & {
  /** JSON in UTF-8. */
  document: Uint8Array;
};

export interface EventQuery {
  spaceId?: string;
  connectorId?: string;
  executionUuid?: string;
  action?: string;
  /** Last written first; default 100. */
  limit?: number;
}

export interface EventStore {
  /** All or none. */
  append(events: readonly EventEntry[]): Promise<void>;
  find(query: EventQuery): Promise<EventRecord[]>;
}
