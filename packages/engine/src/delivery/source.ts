import type { RunSource } from '../events/index.ts';

/** Who asked for a delivery, as it was stored: `enqueue` alone writes it. */
export function sourceOf(stored: Record<string, unknown>): RunSource {
  return stored as unknown as RunSource;
}
