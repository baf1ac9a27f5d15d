import type { Socket } from 'node:net';
import { type CertificateFacts, testCa } from '@patchbay/engine/testing';
import { testMailServer } from '../../packages/engine/src/testing/test-mail-server.ts';
import { authority, type Fault, RESPONSE_TIMEOUT_MS } from './faults.ts';
import { connected, mute, nobody, type Remote } from './remotes.ts';

/** What a mail server can do wrong. Each is called as `127.0.0.1:<port>`, without a login. */
export type MailFault = Omit<Fault, 'url' | 'retry'> & { isSecure?: boolean };

const FAILED = 'error sending email';
const TIMEOUT = `timeout of ${RESPONSE_TIMEOUT_MS}ms exceeded`;

/** Says its lines, one for each that it hears, and then does what it does wrong. */
function after(lines: readonly string[], behave: (socket: Socket) => void): Promise<Remote> {
  return connected((socket) => {
    const left = [...lines];
    socket.write('220 mail.example\r\n');
    socket.on('data', () => {
      const line = left.shift();
      if (line === undefined) behave(socket);
      else socket.write(`${line}\r\n`);
    });
  });
}

const UNTIL_DATA = ['250 mail.example', '250 ok', '250 ok', '354 go on'];

async function showing(facts: CertificateFacts, ca = authority): Promise<Remote> {
  const server = await testMailServer({ certificate: ca.issue(facts), isSecure: true });
  return { port: server.port, open: server.open, close: async () => server[Symbol.asyncDispose]() };
}

export const mailFaults: readonly MailFault[] = [
  {
    what: 'refuses the connection',
    start: nobody,
    message: FAILED,
    serviceMessage: 'connect ECONNREFUSED 127.0.0.1:PORT',
  },
  { what: 'says nothing', start: mute, message: FAILED, serviceMessage: TIMEOUT },
  {
    what: 'says nothing, not even in TLS',
    start: mute,
    isSecure: true,
    message: FAILED,
    serviceMessage: TIMEOUT,
  },
  {
    what: 'drips its greeting',
    start: () =>
      connected((socket) => {
        const drip = setInterval(() => socket.write('2'), 200);
        socket.on('close', () => clearInterval(drip));
      }),
    message: FAILED,
    serviceMessage: TIMEOUT,
  },
  {
    what: 'closes the connection amid the message',
    start: () => after(UNTIL_DATA, (socket) => socket.destroy()),
    message: FAILED,
    serviceMessage: 'Connection closed unexpectedly',
  },
  {
    what: 'resets the connection after the greeting',
    start: () => after([], (socket) => socket.resetAndDestroy()),
    message: FAILED,
    serviceMessage: 'read ECONNRESET',
  },
  {
    what: 'never says whether it took the message',
    start: () => after(UNTIL_DATA, () => {}),
    message: FAILED,
    serviceMessage: TIMEOUT,
  },
  {
    what: 'refuses the message',
    start: () => after(UNTIL_DATA, (socket) => socket.write('554 spam\r\n')),
    message: FAILED,
    serviceMessage: 'Message failed: 554 spam',
  },
  {
    what: 'shows an expired certificate',
    start: () => showing({ isExpired: true }),
    isSecure: true,
    message: FAILED,
    serviceMessage: 'certificate has expired',
  },
  {
    what: 'shows a certificate of an unknown authority',
    start: () => showing({}, testCa('Another authority')),
    isSecure: true,
    message: FAILED,
    serviceMessage: 'unable to verify the first certificate',
  },
  {
    what: 'shows another host’s certificate',
    start: () => showing({ names: ['other.example'], ips: [] }),
    isSecure: true,
    message: FAILED,
    serviceMessage:
      "Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: ",
  },
];
