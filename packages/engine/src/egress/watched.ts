import { type Attributes, NO_TRACING, type Span, type Tracing } from '../tracing/index.ts';
import { failureKind } from './failure-kind.ts';
import type { EgressObserver } from './observer.ts';

/** Who looks on while something leaves. */
export interface Watchers {
  observer?: EgressObserver | undefined;
  tracing?: Tracing | undefined;
}

interface Sending<T> {
  /** Of its span: a method, or a protocol. */
  name: string;
  host: string;
  attributes: Attributes;
  statusOf(answer: T): number | undefined;
}

/** Sends within a span, and tells the observer what came of it. */
export async function watched<T>(
  { observer, tracing = NO_TRACING }: Watchers,
  { name, host, attributes, statusOf }: Sending<T>,
  send: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracing.open(name, { kind: 'client', attributes });
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  try {
    const answer = await span.within(() => send(span));
    const status = statusOf(answer);
    observer?.answered(host, status, seconds());
    if (status !== undefined) span.set({ 'http.response.status_code': status });
    if (status !== undefined && status >= 400) span.fail(String(status));
    return answer;
  } catch (error) {
    const kind = failureKind(error);
    observer?.failed(host, kind, seconds());
    span.fail(kind);
    throw error;
  } finally {
    span.end();
  }
}
