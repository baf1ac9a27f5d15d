/**
 * Merges header sets; the later one wins, whatever the case of the name. Absent sets are passed over. Plain loops on purpose:
 * every run merges several times.
 */
export function mergeHeaders(...sets: (Record<string, string> | null | undefined)[]): Record<string, string> {
  const merged: Record<string, string> = {};
  const spelled: Record<string, string> = Object.create(null);
  for (const set of sets) {
    for (const name in set) {
      const lower = name.toLowerCase();
      const before = spelled[lower];
      if (before !== undefined && before !== name) delete merged[before];
      spelled[lower] = name;
      merged[name] = set[name] as string;
    }
  }
  return merged;
}
