import type { ActionResult } from './result.ts';

/** The other connectors that a run may use: those of its space, system connectors apart. */
export interface OtherConnectors {
  /** undefined: there is none with this id. */
  find(id: string): Promise<{ id: string; name: string; typeId: string } | undefined>;
  /**
   * A run of its own, with its own documents in the event log, which goes on where the one that asked for it has ended.
   * Whatever it comes to is its result; it throws where it cannot begin (no such connector, type disabled).
   */
  run(id: string, params: unknown): Promise<ActionResult>;
}
