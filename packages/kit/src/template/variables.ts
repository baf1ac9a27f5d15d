/** Variables made ready for rendering by `prepareVariables`. */
export type TemplateVariables = Record<string, unknown> & { readonly [prepared]: true };
declare const prepared: unique symbol;

/** Names that could reach an object's prototype: dropped wherever they stand. */
const UNSAFE = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * A deep copy through JSON (dates become ISO text, functions vanish) in which dotted keys are nested objects,
 * objects print as their JSON and lists have a property `asJSON`. The given object is not changed.
 */
export function prepareVariables(variables: Record<string, unknown>): TemplateVariables {
  const copy: unknown = JSON.parse(JSON.stringify(variables) ?? '{}');
  return prepare(copy) as TemplateVariables;
}

function prepare(value: unknown): unknown {
  if (Array.isArray(value)) {
    const list = value.map(prepare);
    return hidden(list, 'asJSON', () => JSON.stringify(list));
  }
  if (!isObject(value)) return value;
  const result = printable({});
  insertAll(result, value);
  return result;
}

function insertAll(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) insert(target, key.split('.'), value);
}

/**
 * Sets `path` in `target`. An object is never displaced by a single value; two objects at the same undotted
 * path are merged; at a dotted path the last one wins.
 */
function insert(target: Record<string, unknown>, path: string[], value: unknown): void {
  if (path.some((segment) => UNSAFE.has(segment))) return;
  let parent = target;
  for (const segment of path.slice(0, -1)) {
    if (!isObject(parent[segment])) parent[segment] = printable({});
    parent = parent[segment] as Record<string, unknown>;
  }
  const last = path.at(-1) ?? '';
  const existing = Object.hasOwn(parent, last) ? parent[last] : undefined;
  if (isObject(existing) && path.length === 1) {
    if (isObject(value)) insertAll(existing, value);
    else if (Array.isArray(value)) parent[last] = prepare(value);
    return;
  }
  if (last === 'toString') Object.defineProperty(parent, last, { value: prepare(value), enumerable: true });
  else parent[last] = prepare(value);
}

function printable(object: Record<string, unknown>): Record<string, unknown> {
  return hidden(object, 'toString', () => JSON.stringify(object));
}

function hidden<T extends object>(object: T, key: string, value: unknown): T {
  return Object.defineProperty(object, key, { value, enumerable: false, configurable: true, writable: true });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
