/** What takes the place of the names past the bound. */
export const OTHERS = '_other';

/**
 * The first `max` names stand for themselves, all later ones for `_other`: each name is a series that Prometheus keeps, and
 * who may run a connector may name hosts without end.
 */
export function boundedNames(max: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= max) return OTHERS;
    known.add(name);
    return name;
  };
}
