import { type ApiKey, canManageSecurity } from '@patchbay/engine/access';
import { AnswerError } from '@patchbay/engine/errors';
import { z } from 'zod';
import type { App } from '../../http/app-type.ts';
import { callerOf } from '../../http/caller.ts';
import type { System } from '../../system.ts';
import { apiKeyAnswer } from '../../wire/api-key.ts';
import { apiKeyTest, fieldOf } from './api-key-query.ts';

/** How many keys an answer holds where nobody asks for a number: Elasticsearch's own default. */
const DEFAULT_SIZE = 10;

const queryBody = z.strictObject({
  query: z.record(z.string(), z.unknown()).optional(),
  size: z.int().min(0).max(10_000).default(DEFAULT_SIZE),
  sort: z.strictObject({ field: z.string(), direction: z.enum(['asc', 'desc']) }).optional(),
  filters: z
    .strictObject({
      usernames: z.array(z.string()).max(100).optional(),
      type: z.enum(['rest', 'cross_cluster', 'managed']).optional(),
      expired: z.boolean().optional(),
    })
    .optional(),
  searchAfter: z
    .array(z.union([z.string(), z.number(), z.null()]))
    .max(10)
    .optional(),
});

type Filters = NonNullable<z.output<typeof queryBody>['filters']>;
type SortValue = string | number | null;

/** Those of rules, which are not for hands. */
const isManaged = ({ name, metadata }: ApiKey) => name.startsWith('Alerting: ') || metadata.managed === true;

/** The list of keys: one's own, or everybody's for those who manage them. */
export function apiKeyListRoute(app: App, { access, now }: System): void {
  app.post(
    '/internal/security/api_key/_query',
    { schema: { body: queryBody }, config: { access: 'internal', audit: false } },
    async (request) => {
      const caller = callerOf(request);
      const keys = await access.listApiKeys(caller);
      const isExpired = ({ expiresAt }: ApiKey) =>
        expiresAt !== null && Date.parse(expiresAt) <= now().getTime();
      return {
        aggregationTotal: keys.length,
        aggregations: {
          usernames: { buckets: bucketsOf(keys.map(({ username }) => username)) },
          types: { buckets: bucketsOf(keys.map(() => 'rest')) },
          expired: { doc_count: keys.filter(isExpired).length },
          managed: {
            buckets: {
              metadataBased: { doc_count: keys.filter(({ metadata }) => metadata.managed === true).length },
              namePrefixBased: { doc_count: keys.filter(({ name }) => name.startsWith('Alerting: ')).length },
            },
          },
        },
        canManageCrossClusterApiKeys: false,
        canManageApiKeys: canManageSecurity(caller),
        canManageOwnApiKeys: true,
        ...found(
          keys.filter((key) => passes(key, request.body.filters ?? {}, isExpired)),
          request.body,
        ),
      };
    },
  );
}

/** A query that is not understood is told beside the rest, as in the reference. */
function found(keys: ApiKey[], { query, size, sort, searchAfter }: z.output<typeof queryBody>) {
  try {
    const matching = query === undefined ? keys : keys.filter(apiKeyTest(query));
    const sorted = sort === undefined ? undefined : sortedBy(matching, sort, searchAfter);
    const page = (sorted ?? matching.map((key) => ({ key, values: undefined }))).slice(0, size);
    const last = page.at(-1)?.values;
    return {
      apiKeys: page.map(({ key, values }) => ({ ...apiKeyAnswer(key), ...(values && { _sort: values }) })),
      total: matching.length,
      count: page.length,
      ...(last !== undefined && { searchAfter: last }),
    };
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    return { queryError: { name: 'ResponseError', message: error.message } };
  }
}

function passes(
  key: ApiKey,
  { usernames = [], type, expired }: Filters,
  isExpired: (key: ApiKey) => boolean,
): boolean {
  if (usernames.length > 0 && !usernames.includes(key.username)) return false;
  if (expired !== undefined && isExpired(key) !== expired) return false;
  if (type === undefined) return true;
  return type === 'managed' ? isManaged(key) : type === 'rest' && !isManaged(key);
}

/** By the field, then by name and age, so that the order is one; without what comes before `after`. */
function sortedBy(
  keys: readonly ApiKey[],
  { field, direction }: { field: string; direction: 'asc' | 'desc' },
  after: SortValue[] | undefined,
) {
  const names = [field, ...['name', 'creation'].filter((name) => name !== field)];
  const fields = names.map(fieldOf);
  const compare = (a: SortValue[], b: SortValue[]): number => {
    for (const [index, value] of a.entries()) {
      const order = compareValues(value, b[index] ?? null);
      if (order !== 0) return index === 0 && direction === 'desc' ? -order : order;
    }
    return 0;
  };
  return keys
    .map((key) => ({ key, values: fields.map((field) => sortValue(field(key))) }))
    .sort((a, b) => compare(a.values, b.values))
    .filter(({ values }) => after === undefined || compare(values, after) > 0);
}

const sortValue = (value: string | number | boolean | undefined): SortValue =>
  typeof value === 'boolean' ? String(value) : (value ?? null);

/** What has no value comes last. */
function compareValues(a: SortValue, b: SortValue): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
}

function bucketsOf(values: readonly string[]): { key: string }[] {
  return [...new Set(values)].map((key) => ({ key }));
}
