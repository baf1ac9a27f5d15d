import { z } from 'zod';

/** The schemas of answers about spaces, keys and the server itself. */

export const spaceAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  initials: z.string().optional(),
  color: z.string().optional(),
  disabledFeatures: z.array(z.string()),
  imageUrl: z.string().optional(),
  solution: z.string().optional(),
  _reserved: z.literal(true).optional(),
});

const count = z.int().min(0);

export const keyRotationAnswer = z.strictObject({ total: count, successful: count, failed: count });

export const sealedCountAnswer = z.strictObject({
  total: count,
  under_former_keys: count,
  is_rotating: z.boolean(),
});

const serviceStatus = z.strictObject({ level: z.enum(['available', 'critical']), summary: z.string() });

/** All but the level is for those who have logged in, or for everybody where the settings say so. */
export const statusAnswer = z.union([
  z.strictObject({
    name: z.string(),
    uuid: z.string(),
    version: z.strictObject({
      number: z.string(),
      build_hash: z.string(),
      build_number: z.number(),
      build_snapshot: z.boolean(),
      build_flavor: z.string(),
      build_date: z.string(),
    }),
    status: z.strictObject({
      overall: serviceStatus,
      core: z.record(z.string(), serviceStatus),
      plugins: z.record(z.string(), serviceStatus),
    }),
    metrics: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({
    status: z.strictObject({ overall: z.strictObject({ level: serviceStatus.shape.level }) }),
  }),
]);

export const healthAnswer = z.strictObject({ status: z.enum(['ok', 'unavailable']) });

const outcomes = z.strictObject({ success: count, failure: count });
const executions = z.strictObject({ total: outcomes, by_type: z.record(z.string(), outcomes) });

export const usageAnswer = z.strictObject({
  version: z.string(),
  api_level: z.string(),
  store: z.enum(['sqlite', 'postgres']),
  at: z.iso.datetime(),
  spaces: count,
  users: count,
  /** Those that somebody made. */
  roles: count,
  connectors: z.strictObject({
    total: count,
    preconfigured: count,
    missing_secrets: count,
    by_type: z.record(z.string(), count),
  }),
  /** Runs that ended; each attempt of a delivery is one. */
  executions: z.strictObject({ '24h': executions, '7d': executions, '30d': executions }),
  deliveries: z.strictObject({ ready: count, blocked: count, running: count, dead: count }),
  event_log: z.strictObject({ events: count, bytes: count }),
});
