/**
 * Where the time of a piece of work goes, for whoever watches. What a room tells are names, ids, hosts and statuses: never a
 * path, a body or the text of an error, which may quote what is secret.
 */
export interface Tracing {
  /** False: nobody watches, and nothing is written down. */
  readonly isOn: boolean;
  /** Runs the work as a span: what it does in turn is within. One that rejects has failed. */
  span<T>(name: string, facts: SpanFacts, work: (span: Span) => Promise<T>): Promise<T>;
  /** Begins a span that whoever opens it ends, once. */
  open(name: string, facts?: SpanFacts): OpenSpan;
  /** Where the work under way is, to be carried elsewhere; undefined: nobody watches it. */
  carried(): TraceContext | undefined;
  /** The same for log lines. */
  ids(): { traceId: string; spanId: string } | undefined;
}

/** As it is carried between processes. https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  traceparent: string;
  tracestate?: string;
}

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanFacts {
  /** Left out: `internal`. */
  kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** Named as OpenTelemetry does where it has a name. https://opentelemetry.io/docs/specs/semconv/ */
  attributes?: Attributes;
  /** What it continues, or `none`: it begins a trace. Left out: the work under way. */
  parent?: TraceContext | 'none' | undefined;
  /** Other work that it has to do with. */
  links?: readonly TraceContext[];
}

export interface Span {
  set(attributes: Attributes): void;
  link(others: readonly TraceContext[]): void;
  /** It came to nothing; `type` is one of a few words. */
  fail(type: string): void;
  context(): TraceContext | undefined;
}

export interface OpenSpan extends Span {
  /** Runs the work within it. */
  within<T>(work: () => T): T;
  end(): void;
}

const NO_SPAN: OpenSpan = {
  set: () => {},
  link: () => {},
  fail: () => {},
  context: () => undefined,
  within: (work) => work(),
  end: () => {},
};

/** Nobody watches. */
export const NO_TRACING: Tracing = {
  isOn: false,
  span: (_name, _facts, work) => work(NO_SPAN),
  open: () => NO_SPAN,
  carried: () => undefined,
  ids: () => undefined,
};
