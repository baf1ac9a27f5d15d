import type { ApiKey } from '@patchbay/engine/access';
import { BadRequestError } from '@patchbay/engine/errors';

/** What keys are found by: fields of Elasticsearch's documents of them. */
const FIELDS: Record<string, (key: ApiKey) => string | number | boolean | undefined> = {
  id: ({ id }) => id,
  type: () => 'rest',
  name: ({ name }) => name,
  username: ({ username }) => username,
  creation: ({ createdAt }) => Date.parse(createdAt),
  expiration: ({ expiresAt }) => (expiresAt === null ? undefined : Date.parse(expiresAt)),
  invalidated: () => false,
};

type Test = (key: ApiKey) => boolean;
type Json = Record<string, unknown>;

/** The value of a field by which keys are found or sorted; throws 400 for one that there is not. */
export function fieldOf(name: string): (key: ApiKey) => string | number | boolean | undefined {
  const path = name.split('.');
  if (path[0] === 'metadata') return ({ metadata }) => valueAt(metadata, path.slice(1));
  const field = FIELDS[name];
  if (field === undefined)
    throw new BadRequestError(`Field [${name}] is not allowed for querying or aggregation`);
  return field;
}

/** The part of Elasticsearch's query language that finds keys by what they are. Throws 400 for any other. */
export function apiKeyTest(query: Json): Test {
  const [kind = '', given] = Object.entries(query)[0] ?? [];
  switch (kind) {
    case 'match_all':
      return () => true;
    case 'ids': {
      const ids = listOf((given as Json)?.values);
      return ({ id }) => ids.includes(id);
    }
    case 'bool':
      return boolTest(given as Json);
    case 'exists': {
      const field = fieldOf(String((given as Json)?.field));
      return (key) => field(key) !== undefined;
    }
    case 'term':
    case 'match':
      return fieldTest(given, ['value', 'query'], (value, wanted) => value === wanted);
    case 'terms':
      return fieldTest(given, [], (value, wanted) => listOf(wanted).includes(value));
    case 'prefix':
      return fieldTest(given, ['value'], (value, wanted) => String(value).startsWith(String(wanted)));
    case 'wildcard':
      return fieldTest(given, ['value'], (value, wanted) => isLike(String(value), String(wanted)));
    default:
      throw new BadRequestError(`Query type [${kind}] is not supported for API keys`);
  }
}

function boolTest({ must, filter, should, must_not: mustNot }: Json): Test {
  const all = [...testsOf(must), ...testsOf(filter)];
  const some = testsOf(should);
  const none = testsOf(mustNot);
  return (key) =>
    all.every((test) => test(key)) &&
    !none.some((test) => test(key)) &&
    // As in Elasticsearch: what should match has to, where nothing must.
    (some.length === 0 || all.length > 0 || some.some((test) => test(key)));
}

const testsOf = (given: unknown): Test[] => listOf(given).map((each) => apiKeyTest((each ?? {}) as Json));

/** A test of one field, whose wanted value stands alone or under one of these names. */
function fieldTest(
  given: unknown,
  names: readonly string[],
  test: (value: unknown, wanted: unknown) => boolean,
): Test {
  const [name = '', wanted] = Object.entries((given ?? {}) as Json)[0] ?? [];
  const isPlain = typeof wanted !== 'object' || wanted === null || Array.isArray(wanted);
  const under = names.find((each) => !isPlain && each in wanted);
  const value = isPlain ? wanted : under && (wanted as Json)[under];
  const field = fieldOf(name);
  return (key) => {
    const found = field(key);
    return found !== undefined && test(found, value);
  };
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : [value].flat();
}

/** `*` is any text, `?` one character. */
function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split('*');
  // Compared part by part: a pattern is its sender's, and is not to become a regular expression that never ends.
  let from = 0;
  for (const [index, part] of parts.entries()) {
    const isFirst = index === 0;
    const isLast = index === parts.length - 1;
    const at = isLast && !isFirst ? text.length - part.length : from;
    const found = isFirst || isLast ? (fitsAt(text, part, at) ? at : -1) : find(text, part, from);
    if (found < from) return false;
    from = found + part.length;
  }
  return parts.length > 1 || from === text.length;
}

function find(text: string, part: string, from: number): number {
  for (let at = from; at + part.length <= text.length; at++) if (fitsAt(text, part, at)) return at;
  return -1;
}

function fitsAt(text: string, part: string, at: number): boolean {
  if (at < 0 || at + part.length > text.length) return false;
  return [...part].every((char, index) => char === '?' || text[at + index] === char);
}

function valueAt(value: unknown, path: readonly string[]): string | number | boolean | undefined {
  const found = path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
        ? (inner as Json)[step]
        : undefined,
    value,
  );
  return ['string', 'number', 'boolean'].includes(typeof found) ? (found as string) : undefined;
}
