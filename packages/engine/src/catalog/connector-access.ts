import type { Settings } from '../config/index.ts';
import { StartupError } from '../errors/index.ts';
import type { ConnectorAccess } from '../store/index.ts';

/** What a connector has that says nothing of who may do what with it. */
export const OPEN_ACCESS: ConnectorAccess = {
  owner: null,
  mode: 'public',
  entries: [],
  use: null,
  edit: null,
};

/** Of preconfigured connectors, by id. Throws `StartupError`, a line each, where there is no such connector. */
export function readPreconfiguredAccess(
  written: Settings['patchbay.connectorAccess'],
  isPreconfigured: (id: string) => boolean,
): Map<string, ConnectorAccess> {
  const unknown = Object.keys(written).filter((id) => !isPreconfigured(id));
  if (unknown.length > 0) {
    throw new StartupError(
      unknown
        .map((id) => `patchbay.connectorAccess.${id}: there is no preconfigured connector of this id`)
        .join('\n'),
    );
  }
  return new Map(Object.entries(written).map(([id, { use }]) => [id, { ...OPEN_ACCESS, use }]));
}
