/** Merges header sets; the later one wins, whatever the case of the name. Absent sets are passed over. */
export function mergeHeaders(...sets: (Record<string, string> | null | undefined)[]): Record<string, string> {
  const merged = new Map<string, [name: string, value: string]>();
  for (const set of sets) {
    for (const entry of Object.entries(set ?? {})) merged.set(entry[0].toLowerCase(), entry);
  }
  return Object.fromEntries(merged.values());
}
