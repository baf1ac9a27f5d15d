/** Is told of the work of a store, to count it. Must not throw. */
export interface StoreObserver {
  transactionEnded(outcome: 'committed' | 'repeated' | 'failed', seconds: number): void;
}

/** How a store is at this moment. */
export interface StoreFigures {
  /** With its indexes and its log. */
  bytes: number;
  /** Of the pool; a file has none. */
  connections?: { max: number; open: number; idle: number; waiting: number };
}
