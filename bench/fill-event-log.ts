import { v7 } from 'uuid';
import { openSqliteStore } from '../packages/engine/src/store/index.ts';

const CONNECTORS = 20;
const DAYS = 80;
const AT_ONCE = 1000;

/** Writes so many events, two a run, over 80 days: one run in ten has failed, one in fifty thousand in an unusual way. */
export async function fillEventLog(file: string, count: number): Promise<void> {
  const store = openSqliteStore(file);
  const begun = Date.now() - DAYS * 24 * 3_600_000;
  const runs = count / 2;
  const step = (DAYS * 24 * 3_600_000) / runs;
  try {
    for (let first = 0; first < runs; first += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, runs - first) }, (_, n) =>
        eventsOf(first + n, begun + (first + n) * step),
      );
      await store.events.append(batch.flat());
    }
  } finally {
    await store.close();
  }
}

function eventsOf(n: number, startedAt: number) {
  const durationMs = 5 + ((n * 7919) % 400) * ((n * 31) % 100 === 0 ? 20 : 1);
  const isFailure = n % 10 === 3;
  const connectorId = `filled-${n % CONNECTORS}`;
  const executionUuid = v7({ msecs: Math.floor(startedAt) });
  const start = new Date(startedAt).toISOString();
  const end = new Date(startedAt + durationMs).toISOString();
  const shared = {
    spaceId: 'default',
    connectorId,
    typeId: '.webhook',
    executionUuid,
    source: 'http_request',
    deliveryId: null,
    attempt: null,
  };
  const kibana = {
    saved_objects: [{ rel: 'primary', type: 'action', id: connectorId, type_id: '.webhook' }],
    space_ids: ['default'],
    action: {
      id: connectorId,
      type_id: '.webhook',
      name: 'A connector that was filled in',
      execution: { uuid: executionUuid, source: 'http_request', usage: { request_body_bytes: 42 } },
    },
    server_uuid: '5b2de169-0000-4000-8000-000000000000',
    version: '9.4.0',
  };
  const document = (timestamp: string, event: object, rest: object) =>
    Buffer.from(
      JSON.stringify({ '@timestamp': timestamp, ecs: { version: '1.8.0' }, event, ...rest, kibana }),
    );
  const why =
    n % 50_000 === 3 ? 'out of cheese' : 'error calling webhook, retry later: [500] Internal Server Error';
  return [
    {
      ...shared,
      timestamp: start,
      action: 'execute-start',
      outcome: null,
      durationMs: null,
      document: document(
        start,
        { provider: 'actions', action: 'execute-start', kind: 'action', start },
        { message: `action started: .webhook:${connectorId}: A connector` },
      ),
    },
    {
      ...shared,
      timestamp: end,
      action: 'execute',
      outcome: isFailure ? 'failure' : 'success',
      durationMs,
      document: document(
        end,
        {
          provider: 'actions',
          action: 'execute',
          kind: 'action',
          start,
          end,
          duration: `${durationMs}000000`,
          outcome: isFailure ? 'failure' : 'success',
        },
        {
          message: `action ${isFailure ? 'execution failure' : 'executed'}: .webhook:${connectorId}: A connector`,
          ...(isFailure && { error: { message: `${why}; retry: true` } }),
          user: { name: 'elastic', id: 'u_abc' },
        },
      ),
    },
  ];
}
