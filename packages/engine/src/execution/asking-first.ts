import type { Smtp, Transport } from '@patchbay/kit';

/** Asked before each request, by the name of the host that it is for. Rejects when it may not leave. */
export type MayLeave = (host: string) => Promise<void>;

/** A transport whose requests leave when they may; redirects are a part of them. */
export function transportAsking(mayLeave: MayLeave, transport: Transport): Transport {
  return async (request) => {
    const host = URL.parse(request.url)?.hostname;
    if (host !== undefined) await mayLeave(host);
    return transport(request);
  };
}

export function smtpAsking(mayLeave: MayLeave, smtp: Smtp): Smtp {
  return {
    async session(request, talk) {
      await mayLeave(request.server.host);
      return smtp.session(request, talk);
    },
  };
}
