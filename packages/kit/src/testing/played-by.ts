import { mergeHeaders, type Transport } from '../http/index.ts';

/** A transport on which some origins are played by another; those are told in `Host` whom they play. */
export function playedBy(origins: Readonly<Record<string, string>>, transport: Transport): Transport {
  return (request) => {
    const { origin, host, pathname, search } = new URL(request.url);
    const player = origins[origin];
    if (player === undefined) return transport(request);
    const headers = mergeHeaders({ Host: host }, request.headers);
    return transport({ ...request, headers, url: `${player}${pathname}${search}` });
  };
}
