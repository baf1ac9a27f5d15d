import autocannon from 'autocannon';
import { headers } from './patchbay.ts';
import { type Child, cpuMicroseconds } from './processes.ts';

export interface LoadOfRuns {
  child: Child;
  url: string;
  body: string;
  connections: number;
  /** Seconds. */
  duration: number;
  /** A second; left out: as many as go. */
  overallRate?: number;
}

/** Runs a connector over and over. Throws when a run did not end well: a fast error is no result. */
export async function loadRuns({
  child,
  ...load
}: LoadOfRuns): Promise<{ result: autocannon.Result; cpuPerRun: number }> {
  const before = cpuMicroseconds(child);
  const result = await autocannon({
    ...load,
    method: 'POST',
    headers,
    verifyBody: (answer) => String(answer).includes('"status":"ok"'),
  });
  const failed = result.errors + result.non2xx + (result.mismatches ?? 0);
  if (failed > 0) throw new Error(`${failed} of ${result.requests.total} runs failed at ${load.url}`);
  return { result, cpuPerRun: (cpuMicroseconds(child) - before) / result.requests.total };
}
