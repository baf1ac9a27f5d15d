import type { DueLane, WakeupStore } from '../delivery-port.ts';

/** The longest that a timer of Node's can be set to. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Wake-ups are timers: one process holds the file, and it asks again for all that is due when it starts. Before it
 * listens there is nobody to wake.
 */
export function timerWakeups() {
  const timers = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  let onDue: ((connectorId: string) => void) | undefined;
  let clock: () => Date = () => new Date();
  const now = () => clock().getTime();

  function set(connectorId: string, at: number): void {
    const known = timers.get(connectorId);
    if (known !== undefined && known.at <= at) return;
    clearTimeout(known?.timer);
    const wait = Math.min(Math.max(0, at - now()), LONGEST_TIMER_MS);
    timers.set(connectorId, { at, timer: setTimeout(fire, wait, connectorId, at).unref() });
  }

  function fire(connectorId: string, at: number): void {
    timers.delete(connectorId);
    if (at > now()) set(connectorId, at);
    else onDue?.(connectorId);
  }

  return {
    add(lanes: readonly DueLane[]): void {
      if (onDue === undefined) return;
      for (const { connectorId, dueAt } of lanes) {
        const at = Date.parse(dueAt);
        if (at <= now()) onDue(connectorId);
        else set(connectorId, at);
      }
    },
    listen: (async (listener, time) => {
      onDue = listener;
      clock = time;
      return {
        async stop() {
          onDue = undefined;
          for (const { timer } of timers.values()) clearTimeout(timer);
          timers.clear();
        },
      };
    }) satisfies WakeupStore['listen'],
  };
}
