import { freemem, loadavg, totalmem, uptime } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { messageOf } from '@patchbay/kit';
import { z } from 'zod';
import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';
import { API_LEVEL, INSTALLED_AT, PATCHBAY_VERSION } from '../version.ts';

const COLLECTION_INTERVAL_MS = 5000;

const querystring = z
  .object({ v7format: z.stringbool().optional(), v8format: z.stringbool().optional() })
  .refine(({ v7format, v8format }) => v7format === undefined || v8format === undefined, {
    message: 'provide only one format option: v7format or v8format',
  });

interface ServiceStatus {
  level: 'available' | 'critical';
  summary: string;
}

/** What this process counted since it started. */
interface Counters {
  total: number;
  statusCodes: Record<string, number>;
  totalMs: number;
  maxMs: number;
  /** Answers that their client did not wait for. */
  disconnects: number;
}

export function statusRoute(app: App, { settings, store, uuid, now }: System): void {
  const { counters, delay } = measure(app);
  app.get(
    '/api/status',
    { schema: { querystring }, config: { access: 'public', auth: 'ifPossible' } },
    async (request, reply) => {
      const storeStatus = await checkStore(store);
      const overall: ServiceStatus =
        storeStatus.level === 'available'
          ? { level: 'available', summary: 'All services and plugins are available' }
          : { level: 'critical', summary: `The store is critical: ${storeStatus.summary}` };
      reply.code(overall.level === 'available' ? 200 : 503);
      if (request.principal === undefined && !settings['status.allowAnonymous']) {
        return { status: { overall: { level: overall.level } } };
      }
      return {
        name: settings['server.name'],
        uuid,
        version: {
          number: API_LEVEL,
          build_hash: `patchbay-${PATCHBAY_VERSION}`,
          build_number: 0,
          build_snapshot: false,
          build_flavor: 'traditional',
          build_date: INSTALLED_AT.toISOString(),
        },
        status: {
          overall,
          // There is no Elasticsearch behind this server: the store answers for it.
          core: { elasticsearch: storeStatus, savedObjects: storeStatus },
          plugins: { actions: overall, spaces: overall },
        },
        metrics: metrics(now(), counters, delay.mean / 1e6, await connections(app)),
      };
    },
  );
}

async function checkStore(store: System['store']): Promise<ServiceStatus> {
  try {
    await store.ping();
    return { level: 'available', summary: 'The store answers' };
  } catch (error) {
    return { level: 'critical', summary: messageOf(error) };
  }
}

function measure(app: App) {
  const counters: Counters = { total: 0, statusCodes: {}, totalMs: 0, maxMs: 0, disconnects: 0 };
  app.addHook('onResponse', async (_request, reply) => {
    counters.total++;
    counters.statusCodes[reply.statusCode] = (counters.statusCodes[reply.statusCode] ?? 0) + 1;
    counters.totalMs += reply.elapsedTime;
    counters.maxMs = Math.max(counters.maxMs, reply.elapsedTime);
  });
  app.addHook('onRequestAbort', async (_request) => void counters.disconnects++);
  const delay = monitorEventLoopDelay();
  delay.enable();
  app.addHook('onClose', async () => void delay.disable());
  return { counters, delay };
}

function connections(app: App): Promise<number> {
  return new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count ?? 0)));
}

function metrics(at: Date, counters: Counters, eventLoopDelayMs: number, openConnections: number) {
  const memory = process.memoryUsage();
  const [oneMinute = 0, fiveMinutes = 0, fifteenMinutes = 0] = loadavg();
  const processMetrics = {
    pid: process.pid,
    memory: {
      heap: { total_in_bytes: memory.heapTotal, used_in_bytes: memory.heapUsed },
      resident_set_size_in_bytes: memory.rss,
    },
    event_loop_delay: eventLoopDelayMs,
    uptime_in_millis: process.uptime() * 1000,
  };
  return {
    last_updated: at.toISOString(),
    collection_interval_in_millis: COLLECTION_INTERVAL_MS,
    os: {
      platform: process.platform,
      load: { '1m': oneMinute, '5m': fiveMinutes, '15m': fifteenMinutes },
      memory: { total_in_bytes: totalmem(), free_in_bytes: freemem(), used_in_bytes: totalmem() - freemem() },
      uptime_in_millis: uptime() * 1000,
    },
    process: processMetrics,
    processes: [processMetrics],
    response_times: {
      avg_in_millis: counters.total === 0 ? 0 : counters.totalMs / counters.total,
      max_in_millis: counters.maxMs,
    },
    concurrent_connections: openConnections,
    requests: {
      disconnects: counters.disconnects,
      total: counters.total,
      status_codes: counters.statusCodes,
    },
    // None: there is no Elasticsearch behind this server.
    elasticsearch_client: { total_active_sockets: 0, total_idle_sockets: 0, total_queued_requests: 0 },
  };
}
