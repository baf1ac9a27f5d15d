/** The Elasticsearch that the configuration names (`elasticsearch.hosts`), with the configured credentials. */
export interface Elasticsearch {
  /** Throws `ElasticsearchError`: no hosts configured, no usable answer, or a status that is no success. */
  request(request: ElasticsearchRequest): Promise<ElasticsearchAnswer>;
  /**
   * The same, with the answer's body as it arrives, of any size. Three minutes at most pass before it and between its parts,
   * since who asks for it waits for a model.
   */
  stream(request: Omit<ElasticsearchRequest, 'ignore'>): Promise<AsyncIterable<Uint8Array>>;
  /** Creates documents, with ids of Elasticsearch's own making. What it says of each is in the answer. */
  bulk(request: BulkRequest): Promise<BulkAnswer>;
}

export interface ElasticsearchRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** With its leading slash; parts from outside are to be percent-encoded. */
  path: string;
  query?: Record<string, string | boolean>;
  headers?: Record<string, string>;
  /** Sent as JSON; text is sent as NDJSON as it stands. */
  body?: unknown;
  /** Statuses besides 2xx that are no error. */
  ignore?: readonly number[];
  signal?: AbortSignal | undefined;
}

export interface ElasticsearchAnswer {
  status: number;
  /** Parsed; the text itself where it is no JSON; undefined where there is none. */
  body: unknown;
}

export interface BulkRequest {
  /** An index, alias or data stream. */
  index: string;
  refresh: boolean;
  documents: readonly object[];
  signal?: AbortSignal | undefined;
}

export interface BulkAnswer {
  took: number;
  errors: boolean;
  items: readonly Record<string, BulkItem>[];
}

export interface BulkItem {
  status?: number | undefined;
  error?: { type?: string; reason?: string; caused_by?: { type?: string; reason?: string } } | undefined;
}

/** What Elasticsearch, or the way to it, says against a request. `status` is absent where no answer came. */
export class ElasticsearchError extends Error {
  override readonly name = 'ElasticsearchError';
  readonly status: number | undefined;
  /** What came with the status; undefined where it could not be read. */
  readonly body: string | undefined;

  constructor(message: string, options: { status?: number; body?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
    this.body = options.body;
  }
}
