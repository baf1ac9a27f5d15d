import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Smtp } from '../smtp.ts';

/** The plainest way to a mail server: no limits, no proxies, any certificate. For an author's tests. */
export const nodeSmtp: Smtp = {
  async session({ server: { host, port, isSecure }, signal }, talk) {
    const tls = { rejectUnauthorized: false };
    const socket = isSecure ? connectTls({ host, port, ...tls }) : connect({ host, port });
    const close = () => socket.destroy();
    signal.addEventListener('abort', close);
    try {
      await once(socket, isSecure ? 'secureConnect' : 'connect');
      socket.on('error', () => {});
      return await talk({ socket, tls, startTls: 'ifOffered' });
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  },
};
