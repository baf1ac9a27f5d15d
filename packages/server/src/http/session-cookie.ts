import type { Settings } from '@patchbay/engine/config';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The cookie that holds a session's token in a browser. */
export interface SessionCookie {
  read(request: FastifyRequest): string | undefined;
  /** Until the browser ends: how long the session lasts is known here. */
  set(reply: FastifyReply, token: string): void;
  clear(reply: FastifyReply): void;
}

export function sessionCookie(settings: Settings): SessionCookie {
  const name = settings['xpack.security.cookieName'];
  const isSecure = settings['server.ssl.enabled'] || settings['xpack.security.secureCookies'];
  const attributes = [
    `Path=${settings['server.basePath'] || '/'}`,
    'HttpOnly',
    `SameSite=${settings['xpack.security.sameSiteCookies']}`,
    ...(isSecure ? ['Secure'] : []),
  ];
  const write = (reply: FastifyReply, value: string, ...more: string[]) =>
    reply.header('set-cookie', [`${name}=${value}`, ...attributes, ...more].join('; '));
  return {
    read({ headers: { cookie } }) {
      if (cookie === undefined) return undefined;
      const pair = cookie.split(';').find((each) => each.trimStart().startsWith(`${name}=`));
      return pair?.slice(pair.indexOf('=') + 1).trim() || undefined;
    },
    set: (reply, token) => void write(reply, token),
    clear: (reply) => void write(reply, '', 'Max-Age=0'),
  };
}
