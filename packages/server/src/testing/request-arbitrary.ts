import fc from 'fast-check';

/** A JSON Schema, or the document that it is in. */
// biome-ignore lint/suspicious/noExplicitAny: a document's parts are looked into by their names
type Json = any;

export interface FuzzedRequest {
  method: string;
  path: string;
  body?: unknown;
}

/** How deep nested schemas are followed. */
const MAX_DEPTH = 6;

/** Requests to every operation of an OpenAPI document: most of them as it says, many with something wrong. */
export function requestArbitrary(document: Json, ids: readonly string[]): fc.Arbitrary<FuzzedRequest> {
  const operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const pathPart = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1 }).map(encodeURIComponent) },
    { weight: 1, arbitrary: fc.constantFrom('%', '%2F', '..', '%00', '__proto__', 'x'.repeat(2000)) },
  );
  return fc.oneof(
    ...operations.map(({ path, method, operation }) => {
      const query = (operation.parameters ?? []).filter((each: Json) => each.in === 'query');
      const schema = operation.requestBody?.content['application/json']?.schema;
      return fc.record({
        method: fc.constant(method.toUpperCase()),
        path: fc
          .tuple(
            fc.constantFrom('', '', '', '/s/other', '/s/nowhere'),
            fc.array(pathPart, { minLength: 4, maxLength: 4 }),
            fc.array(queryOf(query, document), { maxLength: 2 }),
          )
          .map(([space, parts, pairs]) => {
            const filled = path.replaceAll(/\{\w+\}/g, () => parts.pop() ?? '');
            return `${space}${filled}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
          }),
        ...(schema !== undefined && {
          body: fc.oneof(
            { weight: 8, arbitrary: anyValue(schema, document, 0) },
            { weight: 1, arbitrary: fc.jsonValue() },
          ),
        }),
      });
    }),
  );
}

function queryOf(parameters: Json[], document: Json): fc.Arbitrary<string> {
  const anything = fc
    .tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }))
    .map((pair) => pair.map(encodeURIComponent).join('='));
  const known = parameters.map(({ name, schema }) =>
    anyValue(schema, document, 0).map(
      (value) => `${name}=${encodeURIComponent(JSON.stringify(value) ?? '')}`,
    ),
  );
  return fc.oneof(anything, ...known);
}

/** Values of a schema, and now and then, at any depth, one that is not. */
function anyValue(schema: Json, document: Json, depth: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 20, arbitrary: meantValue(schema, document, depth) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
}

function meantValue(schema: Json, document: Json, depth: number): fc.Arbitrary<unknown> {
  const inner = (each: Json) => anyValue(each, document, depth + 1);
  if (depth > MAX_DEPTH) return fc.constant(null);
  if (schema.$ref !== undefined) return inner(resolve(schema.$ref, document));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map(inner));
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type: string) => inner({ ...schema, type })));
  }
  switch (schema.type) {
    case 'string':
      return stringOf(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum, max: schema.maximum });
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(inner(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 4 });
    case 'object':
      return objectOf(schema, inner);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function stringOf({ format, pattern, minLength = 0 }: Json): fc.Arbitrary<string> {
  const text = fc.string({ unit: 'grapheme', minLength, maxLength: minLength + 12 });
  if (format === 'uri') return fc.oneof(fc.webUrl(), text);
  // fast-check cannot write strings for look-arounds.
  if (pattern === undefined || pattern.includes('(?')) return text;
  return fc.stringMatching(new RegExp(pattern), { maxLength: 40 });
}

function objectOf(schema: Json, inner: (schema: Json) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties = false } = schema;
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, inner(property)])),
    { requiredKeys: required },
  );
  if (additionalProperties === false) return known;
  const names = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.constantFrom('__proto__', 'a.b'));
  const more = fc.dictionary(names, inner(additionalProperties), { maxKeys: 3 });
  return fc.tuple(more, known).map(([first, second]) => ({ ...first, ...second }));
}

function resolve(ref: string, document: Json): Json {
  return ref
    .slice(2)
    .split('/')
    .reduce((value, step) => value[step], document);
}
