/**
 * The event log in the store: documents with the fields that they are found and counted by. Everything here stays fast at a
 * million documents, and what looks at many of them lets others have their turn in between.
 */

/** A document of the event log with the fields it is searched by. */
export interface EventRecord {
  /** When it happened. Documents of background runs are written with what the run came to, which may be minutes later. */
  timestamp: string;
  action: string;
  spaceId: string;
  connectorId: string;
  typeId: string;
  executionUuid: string;
  /** Of runs that have ended: `success` or `failure`. */
  outcome: string | null;
  /** Who or what asked for the run, such as `http_request`. */
  source: string;
  /** Of runs that have ended. */
  durationMs: number | null;
  /** The delivery whose attempt the run was, and the attempt's number from 1 on. */
  deliveryId: string | null;
  attempt: number | null;
  document: Record<string, unknown>;
}

/** As it is appended: its document is bytes already, which wait for the disk where no garbage collector looks. */
export type EventEntry = Omit<EventRecord, 'document'> & {
  /** JSON in UTF-8. */
  document: Uint8Array;
};

/** Where an event is in the order of time. Another one that is written later never has the same place. */
export interface EventPlace {
  timestamp: string;
  seq: number;
}

export interface StoredEvent extends EventRecord {
  /** Grows with each one written. */
  seq: number;
}

/** What must all be so; of a list one. An empty list matches nothing. */
export interface EventFilter {
  spaceIds?: readonly string[] | undefined;
  connectorIds?: readonly string[] | undefined;
  /** Of none of these. */
  exceptConnectorIds?: readonly string[] | undefined;
  typeIds?: readonly string[] | undefined;
  executionUuids?: readonly string[] | undefined;
  deliveryIds?: readonly string[] | undefined;
  actions?: readonly string[] | undefined;
  outcomes?: readonly string[] | undefined;
  sources?: readonly string[] | undefined;
  /** A text that is in the JSON of the document; whether it is where one looks for it is the asker's business. */
  documentHas?: { text: string; ignoresCase: boolean } | undefined;
  /** Then or later. */
  from?: string | undefined;
  /** Before. */
  to?: string | undefined;
}

export interface EventQuery extends EventFilter {
  /** By time, and among those of one moment as they were written. Default: the newest first. */
  order?: 'newest' | 'oldest' | undefined;
  /** Goes on behind this one, in the order asked for. */
  after?: EventPlace | undefined;
  /** Default 100. */
  limit?: number | undefined;
}

/** How the runs of a connector ended within a window: those that were attempts of deliveries, or the others. */
export interface EventTally {
  connectorId: string;
  outcome: string;
  isDelivery: boolean;
  count: number;
  totalMs: number;
  /** How many took how long, the shortest first: to the millisecond below one second, to 1 % above. */
  durations: readonly (readonly [ms: number, count: number])[];
}

/** An event as it was written, its document as the text that it is kept as. */
export interface WrittenEvent {
  seq: number;
  timestamp: string;
  action: string;
  executionUuid: string;
  /** JSON. */
  document: string;
}

export interface EventStore {
  /** All or none. */
  append(events: readonly EventEntry[]): Promise<void>;
  /** By space, connector or execution it looks at no more than it must; what else is asked is looked for in those. */
  find(query: EventQuery): Promise<StoredEvent[]>;
  /** How many there are of each outcome: of all, or of the newest so many. */
  outcomes(filter: EventFilter, newest?: number): Promise<Map<string | null, number>>;
  /** Counts the runs that have ended: one for each connector, outcome and kind of run of which there are any. */
  tally(filter: EventFilter): Promise<EventTally[]>;
  /**
   * In the order in which they were written, from after one on. On a shared store one with a smaller number may still appear
   * behind, as long as the transaction that writes it is not over.
   */
  written(after: number, limit: number): Promise<WrittenEvent[]>;
  /** The number of the one written last; 0: there is none. */
  last(): Promise<number>;
  /** How much there is, to a few percent, at the cost of a look here and there. */
  size(): Promise<{ events: number; bytes: number }>;
  /** Removes up to `limit` that are older, and gives their number. The one written last stays, whatever its age. */
  pruneOlder(than: string, limit: number): Promise<number>;
  /** The same with those that were written first. */
  pruneFirst(limit: number): Promise<number>;
}
