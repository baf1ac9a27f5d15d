import type { DeliverySettings } from './delivery-settings.ts';

type Named = Pick<DeliverySettings, 'fallback' | 'notices'>;

/** The connectors that stand in for one, or are told of its failures. */
export function namedBy({ fallback, notices }: Named): string[] {
  return [fallback?.connectorId, notices?.connectorId].filter((id) => id !== undefined);
}

/**
 * The way on which a connector gets back to itself, from each connector to one that it names; undefined when there is none.
 * A loop that it is no part of is not its own.
 */
export function loopOf(id: string, settingsOf: (id: string) => Named | undefined): string[] | undefined {
  const seen = new Set<string>();
  function wayBack(from: string): string[] | undefined {
    for (const next of namedBy(settingsOf(from) ?? {})) {
      if (next === id) return [from, id];
      if (seen.has(next)) continue;
      seen.add(next);
      const way = wayBack(next);
      if (way !== undefined) return [from, ...way];
    }
    return undefined;
  }
  return wayBack(id);
}

/** What a connector about to be saved is asked with. */
export interface Known {
  /** In the space of the connector. */
  find(id: string): Promise<{ typeId: string } | undefined>;
  isSystem(id: string): boolean;
  /** Whether a text is all that a message of the type needs. */
  takesText(typeId: string): boolean;
  settingsOf(id: string): Promise<Named>;
}

/** Why what a connector names cannot stand in for it, or be told, in the words of the API. */
export async function standInProblem(
  { id, typeId, settings }: { id: string; typeId: string; settings: Named },
  { find, isSystem, takesText, settingsOf }: Known,
): Promise<string | undefined> {
  const reached = new Map([[id, settings]]);
  for (const one of reached.values()) {
    for (const next of namedBy(one)) if (!reached.has(next)) reached.set(next, await settingsOf(next));
  }
  const loop = loopOf(id, (one) => reached.get(one));
  for (const part of ['fallback', 'notices'] as const) {
    const standIn = settings[part];
    if (standIn === undefined) continue;
    const { connectorId, params } = standIn;
    const place = `delivery.${part}.connector_id`;
    if (connectorId === loop?.[1]) return `${place}: would lead back to this connector: ${loop.join(' -> ')}`;
    const other = await find(connectorId);
    if (other === undefined) return `${place}: there is no connector "${connectorId}" in this space`;
    if (isSystem(connectorId)) return `${place}: "${connectorId}" is a system connector`;
    if (part === 'fallback' && params === undefined && other.typeId !== typeId)
      return `delivery.fallback.params: is needed, since "${connectorId}" is of another type`;
    if (part === 'notices' && params === undefined && !takesText(other.typeId))
      return `delivery.notices.params: is needed, since "${connectorId}" takes more than a text`;
  }
  return undefined;
}
