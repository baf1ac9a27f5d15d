import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';

export interface ReceivedMail {
  /** The envelope. */
  from: string;
  to: string[];
  /** As it came over the wire. */
  raw: string;
  mail: ParsedMail;
  user: string | undefined;
  isSecure: boolean;
}

export interface TestMailServer extends AsyncDisposable {
  port: number;
  received: ReceivedMail[];
  /** How many connections were made in all. */
  connections(): number;
  /** How many of them are open. */
  open(): number;
}

export interface TestMailServerOptions {
  /** Certificate and key: it speaks TLS from the first byte, or offers STARTTLS, or does neither without one. */
  certificate?: { cert: string; key: string };
  isSecure?: boolean;
  /** The only user; left out: nobody logs in. */
  user?: { name: string; password: string };
  /** Addresses that it takes no mail for. */
  refused?: string[];
  /** Whatever else the server's library takes. */
  options?: SMTPServerOptions;
}

/** A mail server on 127.0.0.1: whoever does not log in as its user, if it has one, is refused. */
export async function testMailServer({
  certificate,
  isSecure = false,
  user,
  refused = [],
  options = {},
}: TestMailServerOptions = {}): Promise<TestMailServer> {
  const received: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = new SMTPServer({
    secure: isSecure,
    authOptional: user === undefined,
    disabledCommands: [
      ...(certificate === undefined ? ['STARTTLS'] : []),
      ...(user === undefined ? ['AUTH'] : []),
    ],
    // Credentials in clear are the server's business, not the client's.
    allowInsecureAuth: true,
    ...certificate,
    onAuth({ username, password }, _session, callback) {
      if (username === user?.name && password === user?.password) callback(null, { user: username });
      else callback(new Error(`535 no such user: ${username}`));
    },
    onRcptTo({ address }, _session, callback) {
      if (refused.includes(address)) callback(refusal(550, `no mail for ${address}`));
      else callback();
    },
    onData(stream, session, callback) {
      void receive(stream, session).then(
        (mail) => {
          received.push(mail);
          callback(null, 'kept');
        },
        (error) => callback(error),
      );
    },
    ...options,
  });
  server.on('error', () => {});
  server.server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    connections: () => connections,
    // The server's library takes all listeners off a socket that turns to TLS.
    open: () => [...sockets].filter((socket) => !socket.destroyed).length,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function receive(stream: AsyncIterable<Buffer>, session: SMTPServerSession): Promise<ReceivedMail> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom === false ? '' : mailFrom.address,
    to: rcptTo.map(({ address }) => address),
    raw: raw.toString('latin1'),
    mail: await simpleParser(raw),
    user: session.user as string | undefined,
    isSecure: session.secure,
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
