import { reachesPrototype } from './prototype.ts';

/** Variables made ready for rendering by `prepareVariables`. */
export type TemplateVariables = Record<string, unknown> & { readonly [prepared]: true };
declare const prepared: unique symbol;

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
  const entries = Object.entries(value).map(([key, child]) => ({ path: key.split('.'), child }));
  // Dotted keys last, so that they add to the object under their first name wherever that one stands.
  for (const { path, child } of entries) if (path.length === 1) insert(result, path, child);
  for (const { path, child } of entries) if (path.length > 1) insert(result, path, child);
  return result;
}

/** Sets `path` in `target`. A single value on the way gives way to an object; at the path's end the last one wins. */
function insert(target: Record<string, unknown>, path: string[], value: unknown): void {
  if (reachesPrototype(path)) return;
  let parent = target;
  for (const segment of path.slice(0, -1)) {
    if (!isObject(parent[segment])) shown(parent, segment, printable({}));
    parent = parent[segment] as Record<string, unknown>;
  }
  shown(parent, path.at(-1) ?? '', prepare(value));
}

/** Prints as its JSON, also where a key `toString` of its data hides the function of that name. */
function printable(object: Record<string, unknown>): Record<string, unknown> {
  const json = () => JSON.stringify(object);
  return hidden(hidden(object, 'toString', json), Symbol.toPrimitive, json);
}

function hidden<T extends object>(object: T, key: PropertyKey, value: unknown): T {
  return Object.defineProperty(object, key, { value, enumerable: false, configurable: true, writable: true });
}

function shown(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
