import { percentEncode } from '@patchbay/kit';
import { orFail } from './failure.ts';
import type { IncidentService } from './incident-service.ts';

/** What was seen in an attack, as the SecOps application takes it. */
export interface Observable {
  value: string;
  type: 'ipv4-addr' | 'SHA256' | 'URL';
}

/** One text may name several, a list is taken as it is. */
export type Observed = string | string[] | null;

export interface ObservedFields {
  dest_ip: Observed;
  source_ip: Observed;
  malware_hash: Observed;
  malware_url: Observed;
}

/** Each once. Kinds are not looked for in the values: an IP is sent as IPv4 and a hash as SHA-256, whatever it is. */
export function observablesIn({
  dest_ip,
  source_ip,
  malware_hash,
  malware_url,
}: ObservedFields): Observable[] {
  return [
    ...distinct([...itemsIn(dest_ip), ...itemsIn(source_ip)], 'ipv4-addr'),
    ...distinct(itemsIn(malware_hash), 'SHA256'),
    ...distinct(itemsIn(malware_url), 'URL'),
  ];
}

/** Gives them to an incident by the application with this scope. */
export async function addObservables(
  id: string,
  observables: Observable[],
  { instance, ensureApplication }: IncidentService,
  scope: string,
): Promise<void> {
  const called = { method: 'post', endpoint: 'bulk_observables' } as const;
  await orFail(`Unable to add observables to security incident with id ${id}`, called, async () => {
    await ensureApplication();
    const path = `/api/${scope}/elastic_api/incident/${percentEncode(id)}/observables/bulk`;
    await instance.call('POST', path, observables);
  });
}

/** For the table's own fields, which are text. */
export function joined(observed: Observed): string | null {
  return Array.isArray(observed) ? observed.join(',') : observed;
}

function itemsIn(observed: Observed): string[] {
  return typeof observed === 'string' ? observed.split(/[ ,|\r\n\t]+/) : (observed ?? []);
}

function distinct(items: string[], type: Observable['type']): Observable[] {
  return [...new Set(items)].filter((value) => value !== '').map((value) => ({ value, type }));
}
