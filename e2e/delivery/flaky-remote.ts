import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a delivery says: which it is, and its place among those of its order key. */
export interface Message {
  id: string;
  key: string | null;
  place: number;
}

export interface FlakyRemote extends AsyncDisposable {
  url: string;
  /** How often each was answered that it has arrived. */
  arrived: Map<string, number>;
  /** How many requests there were. */
  requests(): number;
  /** Of those whose first request came before one of their key in front of them had arrived: which, and in front of it. */
  outOfTurn: { id: string; before: string }[];
}

const MAX_DELAY_MS = 20;

/** Fails so many of the requests: errors of its own, connections that end at once, and 429 with `Retry-After`. */
export async function flakyRemote(failing: number): Promise<FlakyRemote> {
  const arrived = new Map<string, number>();
  const outOfTurn: { id: string; before: string }[] = [];
  /** By order key, whose first requests have come, in this order. */
  const begun = new Map<string, Message[]>();
  let requests = 0;

  function note({ id, key, place }: Message): void {
    requests++;
    if (key === null) return;
    const earlier = begun.get(key) ?? [];
    begun.set(key, earlier);
    if (earlier.some((message) => message.id === id)) return;
    for (const before of earlier)
      if (before.place > place || !arrived.has(before.id)) outOfTurn.push({ id, before: before.id });
    earlier.push({ id, key, place });
  }

  function answer(message: Message, response: ServerResponse): void {
    const chance = Math.random() / failing;
    if (chance < 0.25) response.destroy();
    else if (chance < 0.4) response.writeHead(429, { 'retry-after': '1' }).end();
    else if (chance < 1) response.writeHead(Math.random() < 0.5 ? 500 : 503).end();
    else {
      arrived.set(message.id, (arrived.get(message.id) ?? 0) + 1);
      response.end();
    }
  }

  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const message: Message = JSON.parse(body);
      note(message);
      setTimeout(answer, Math.random() * MAX_DELAY_MS, message, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrived,
    requests: () => requests,
    outOfTurn,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
