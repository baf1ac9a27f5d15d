import type { ConnectorSettings } from '../catalog/index.ts';
import type { ObjectRef } from '../store/index.ts';
import { CONNECTOR, type SavedObject } from './saved-object.ts';

/** The connectors that stand in for one, or are told of its failures, by its settings. */
export function standInsOf({ settings }: SavedObject): ObjectRef[] {
  const { fallback, notices } = settings?.delivery ?? {};
  return [fallback, notices].flatMap((one) =>
    one === undefined ? [] : [{ type: CONNECTOR, id: one.connectorId }],
  );
}

/** Settings whose stand-ins are those that `lead` gives for their ids. */
export function withStandIns(settings: ConnectorSettings, lead: (id: string) => string): ConnectorSettings {
  const { delivery } = settings;
  if (delivery === undefined) return settings;
  const led = { ...delivery };
  for (const part of ['fallback', 'notices'] as const) {
    const one = delivery[part];
    if (one !== undefined) led[part] = { ...one, connectorId: lead(one.connectorId) };
  }
  return { ...settings, delivery: led };
}
