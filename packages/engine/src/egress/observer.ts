import { type FailureKind, failureKind } from './failure-kind.ts';

/** Is told of what leaves, to count it. Must not throw. */
export interface EgressObserver {
  /** A request that was answered with this status, or a conversation with a mail server, which has none. */
  answered(host: string, status: number | undefined, seconds: number): void;
  /** One that got no answer. */
  failed(host: string, kind: FailureKind, seconds: number): void;
  /** A request that was kept in, since its host is not allowed or its URL none. */
  refused(): void;
}

/** Sends, and tells the observer what came of it. */
export async function observed<T>(
  observer: EgressObserver | undefined,
  host: string,
  statusOf: (answer: T) => number | undefined,
  send: () => Promise<T>,
): Promise<T> {
  if (observer === undefined) return send();
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  try {
    const answer = await send();
    observer.answered(host, statusOf(answer), seconds());
    return answer;
  } catch (error) {
    observer.failed(host, failureKind(error), seconds());
    throw error;
  }
}
