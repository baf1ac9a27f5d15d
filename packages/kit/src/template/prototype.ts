/** Names that lead from a value to what all objects share. */
const PROTOTYPE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether a path of names could reach an object's prototype: such a path is neither written nor read. */
export function reachesPrototype(path: readonly string[]): boolean {
  return path.some((name) => PROTOTYPE_NAMES.has(name));
}
