import type { Principal } from '@patchbay/engine/access';
import type { RunSource } from '@patchbay/engine/events';

/** Who asks for a run over HTTP, as the event log tells it. */
export function httpSource({ username, profileUid, apiKey }: Principal): RunSource {
  return {
    kind: 'http_request',
    user: { name: username, id: profileUid },
    ...(apiKey !== undefined && { apiKey }),
  };
}
