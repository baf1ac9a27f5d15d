/** Every metric of ours: what `/metrics` answers, and what docs/metrics.md says, is read from here. */
export interface MetricDefinition {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Whom it is about: what this process has seen, or what all processes on one database share. */
  of: 'process' | 'store';
  /** Upper bounds, of a histogram. */
  buckets?: readonly number[];
}

/** From what a local receiver takes to what a run may take at most. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** A transaction is one wait for the disk, or a few. */
const SHORT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** From at once to a day, which is how long a delivery is tried unless it is told otherwise. */
const LONG_SECONDS = [0.05, 0.25, 1, 5, 15, 60, 300, 1800, 7200, 28_800, 86_400];

export const METRICS = {
  buildInfo: {
    name: 'patchbay_build_info',
    type: 'gauge',
    help: 'Always 1; the version is in the labels.',
    labels: ['version', 'api_level', 'node'],
    of: 'process',
  },
  executions: {
    name: 'patchbay_executions_total',
    type: 'counter',
    help: 'Runs of connectors that have ended. Outcomes: success, user_error, framework_error, timeout, rate_limited.',
    labels: ['type', 'connector_id', 'space', 'outcome'],
    of: 'process',
  },
  executionSeconds: {
    name: 'patchbay_execution_duration_seconds',
    type: 'histogram',
    help: 'How long runs took.',
    labels: ['type'],
    of: 'process',
    buckets: SECONDS,
  },
  executionsInFlight: {
    name: 'patchbay_executions_in_flight',
    type: 'gauge',
    help: 'Runs under way.',
    labels: [],
    of: 'process',
  },
  enqueued: {
    name: 'patchbay_deliveries_enqueued_total',
    type: 'counter',
    help: 'Deliveries that were enqueued. Outcomes: queued, duplicate (of the same idempotency key), full (refused).',
    labels: ['type', 'connector_id', 'space', 'outcome'],
    of: 'process',
  },
  attempts: {
    name: 'patchbay_delivery_attempts_total',
    type: 'counter',
    help: 'Attempts of deliveries. Outcomes: delivered, failed, refused (nothing was sent), lost (its process ended).',
    labels: ['type', 'connector_id', 'space', 'outcome'],
    of: 'process',
  },
  retries: {
    name: 'patchbay_delivery_retries_total',
    type: 'counter',
    help: 'Attempts after which another one follows.',
    labels: ['type', 'connector_id', 'space'],
    of: 'process',
  },
  ended: {
    name: 'patchbay_deliveries_ended_total',
    type: 'counter',
    help: 'Deliveries that came to an end. States: delivered, dead, cancelled, discarded.',
    labels: ['type', 'connector_id', 'space', 'state'],
    of: 'process',
  },
  latency: {
    name: 'patchbay_delivery_latency_seconds',
    type: 'histogram',
    help: 'From when a delivery was accepted, was to run or was replayed, to its delivery.',
    labels: ['type'],
    of: 'process',
    buckets: LONG_SECONDS,
  },
  replays: {
    name: 'patchbay_delivery_replays_total',
    type: 'counter',
    help: 'Deliveries that were replayed.',
    labels: ['type', 'connector_id', 'space'],
    of: 'process',
  },
  heldBack: {
    name: 'patchbay_delivery_held_back_total',
    type: 'counter',
    help: 'Times that deliveries of a connector were due and not started. Reasons: rate_limit, host_limit, breaker, pause.',
    labels: ['connector_id', 'reason'],
    of: 'process',
  },
  breakerOpened: {
    name: 'patchbay_delivery_breaker_opened_total',
    type: 'counter',
    help: 'Times that a breaker that was closed opened.',
    labels: ['connector_id'],
    of: 'process',
  },
  deliveriesRunning: {
    name: 'patchbay_deliveries_running',
    type: 'gauge',
    help: 'Deliveries that this process runs.',
    labels: [],
    of: 'process',
  },
  deliveriesPending: {
    name: 'patchbay_deliveries_pending',
    type: 'gauge',
    help: 'Deliveries that are queued: blocked, ready or running.',
    labels: [],
    of: 'store',
  },
  queueDepth: {
    name: 'patchbay_delivery_queue_depth',
    type: 'gauge',
    help: 'Deliveries of a connector that are ready, now or later; counted up to 10000.',
    labels: ['connector_id'],
    of: 'store',
  },
  oldestDue: {
    name: 'patchbay_delivery_oldest_due_seconds',
    type: 'gauge',
    help: 'For how long the one that is longest due has been; 0: none is due.',
    labels: ['connector_id'],
    of: 'store',
  },
  breakerState: {
    name: 'patchbay_delivery_breaker_state',
    type: 'gauge',
    help: '1 for a breaker that is open or probing; one that is closed is left out.',
    labels: ['connector_id', 'state'],
    of: 'store',
  },
  paused: {
    name: 'patchbay_delivery_paused',
    type: 'gauge',
    help: '1 for a connector whose remote has asked to be left alone for a while.',
    labels: ['connector_id'],
    of: 'store',
  },
  egressRequests: {
    name: 'patchbay_egress_requests_total',
    type: 'counter',
    help: 'Requests that left, each redirect by itself, and conversations with mail servers. Statuses: 2xx, 3xx, 4xx, 5xx, ok (mail), failed.',
    labels: ['host', 'status'],
    of: 'process',
  },
  egressFailures: {
    name: 'patchbay_egress_failures_total',
    type: 'counter',
    help: 'Those that got no answer. Kinds: dns, connection_refused, connect_timeout, connection_reset, timeout, tls, proxy, too_large, canceled, forbidden, other.',
    labels: ['host', 'kind'],
    of: 'process',
  },
  egressSeconds: {
    name: 'patchbay_egress_request_duration_seconds',
    type: 'histogram',
    help: 'To the end of an answer; of one that is passed on as it arrives to its beginning.',
    labels: ['host'],
    of: 'process',
    buckets: SECONDS,
  },
  egressRefused: {
    name: 'patchbay_egress_refused_total',
    type: 'counter',
    help: 'Requests that were kept in, such as to a host that is not allowed.',
    labels: [],
    of: 'process',
  },
  eventsWaiting: {
    name: 'patchbay_event_log_waiting',
    type: 'gauge',
    help: 'Documents of the event log that wait to be written.',
    labels: [],
    of: 'process',
  },
  eventsWritten: {
    name: 'patchbay_event_log_written_total',
    type: 'counter',
    help: 'Documents that were written from the buffer; those of deliveries are written with them.',
    labels: [],
    of: 'process',
  },
  eventsDropped: {
    name: 'patchbay_event_log_dropped_total',
    type: 'counter',
    help: 'Documents that were dropped, since the store has refused them for too long.',
    labels: [],
    of: 'process',
  },
  eventsFailed: {
    name: 'patchbay_event_log_write_failures_total',
    type: 'counter',
    help: 'Writes that the store refused; they are repeated.',
    labels: [],
    of: 'process',
  },
  storeUp: {
    name: 'patchbay_store_up',
    type: 'gauge',
    help: '1 when the store answered this scrape. At 0 what it would tell is left out.',
    labels: ['driver'],
    of: 'process',
  },
  storeBytes: {
    name: 'patchbay_store_size_bytes',
    type: 'gauge',
    help: 'The SQLite file with its write-ahead log, or the tables and indexes of the schema.',
    labels: [],
    of: 'store',
  },
  storeTransactions: {
    name: 'patchbay_store_transactions_total',
    type: 'counter',
    help: 'Transactions. Outcomes: committed, repeated (lost against another), failed.',
    labels: ['outcome'],
    of: 'process',
  },
  storeSeconds: {
    name: 'patchbay_store_transaction_duration_seconds',
    type: 'histogram',
    help: 'How long transactions that were committed took, with their waits for a connection and for the disk.',
    labels: [],
    of: 'process',
    buckets: SHORT_SECONDS,
  },
  storeConnections: {
    name: 'patchbay_store_connections',
    type: 'gauge',
    help: 'Connections to PostgreSQL. States: used, idle, and free for how many more may be opened.',
    labels: ['state'],
    of: 'process',
  },
  storeWaiting: {
    name: 'patchbay_store_connections_waiting',
    type: 'gauge',
    help: 'Who waits for a connection to PostgreSQL.',
    labels: [],
    of: 'process',
  },
  httpRequests: {
    name: 'patchbay_http_requests_total',
    type: 'counter',
    help: 'Requests that were answered, by route.',
    labels: ['method', 'route', 'status'],
    of: 'process',
  },
  httpSeconds: {
    name: 'patchbay_http_request_duration_seconds',
    type: 'histogram',
    help: 'How long answers took.',
    labels: ['method', 'route'],
    of: 'process',
    buckets: SECONDS,
  },
  httpAborted: {
    name: 'patchbay_http_requests_aborted_total',
    type: 'counter',
    help: 'Requests whose caller did not wait for the answer.',
    labels: [],
    of: 'process',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
