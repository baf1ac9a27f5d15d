import type { AllowedHosts } from '@patchbay/kit';
import { messageOf } from '@patchbay/kit';
import type { Settings } from '../config/index.ts';
import { StartupError } from '../errors/index.ts';
import { type ConnectorSettings, connectorSettings, ensureProxyAllowed } from './connector-settings.ts';
import { loopOf } from './stand-ins.ts';

/** The settings of preconfigured connectors, by id. Throws `StartupError`, a line each, when they cannot be used. */
export function readPreconfiguredSettings(
  written: Settings['patchbay.connectorSettings'],
  { isPreconfigured, allowedHosts }: { isPreconfigured(id: string): boolean; allowedHosts: AllowedHosts },
): Map<string, ConnectorSettings> {
  const read = new Map<string, ConnectorSettings>();
  const problems: string[] = [];
  for (const [id, given] of Object.entries(written)) {
    const key = `patchbay.connectorSettings.${id}`;
    const parsed = connectorSettings.safeParse(given);
    if (!isPreconfigured(id)) problems.push(`${key}: there is no preconfigured connector of this id`);
    for (const { path, message } of parsed.error?.issues ?? [])
      problems.push(`${[key, ...path].join('.')}: ${message}`);
    if (!parsed.success) continue;
    try {
      ensureProxyAllowed(parsed.data, allowedHosts);
    } catch (cause) {
      problems.push(`${key}.proxy.url: ${messageOf(cause)}`);
    }
    read.set(id, parsed.data);
  }
  for (const id of read.keys()) {
    const loop = loopOf(id, (one) => read.get(one)?.delivery);
    if (loop !== undefined)
      problems.push(`patchbay.connectorSettings.${id}.delivery: would lead back to it: ${loop.join(' -> ')}`);
  }
  if (problems.length > 0) throw new StartupError(problems.join('\n'));
  return read;
}
