import type { FailureKind } from './failure-kind.ts';

/** Is told of what leaves, to count it. Must not throw. */
export interface EgressObserver {
  /** A request that was answered with this status, or a conversation with a mail server, which has none. */
  answered(host: string, status: number | undefined, seconds: number): void;
  /** One that got no answer. */
  failed(host: string, kind: FailureKind, seconds: number): void;
  /** A request that was kept in, since its host is not allowed or its URL none. */
  refused(): void;
}
