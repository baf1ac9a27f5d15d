import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';
import type { ReceivedRequest } from '@patchbay/kit/testing';
import { serverOfTools } from './tools.ts';

export interface McpServerOptions {
  /** Whether it opens a session for each client. Default true. */
  hasSessions?: boolean;
  /** Whether it answers with JSON. Default false: with a stream of events. */
  answersJson?: boolean;
  /** Whether a stream that breaks off can be taken up again. Default false. */
  isResumable?: boolean;
  /** How many tools it tells of at once. Default: all. */
  toolsOnAPage?: number;
  /** Answers in its place, where it says so: for credentials that are wrong, and for faults. */
  instead?(request: ReceivedRequest, response: ServerResponse): boolean;
  /** Told of a call of the tool `slow`, which is never answered, and of the end of its connection. */
  onSlow?(): void;
  onSlowGone?(): void;
}

export interface McpServerStandIn extends AsyncDisposable {
  /** The endpoint. */
  url: string;
  received: ReceivedRequest[];
  /** The JSON-RPC methods that arrived, HTTP methods where there was no body. */
  asked(): string[];
  /** How many sessions are open. */
  sessions(): number;
}

interface Session {
  transport: NodeStreamableHTTPServerTransport;
  /** To the last request. */
  response: ServerResponse;
}

/** A server built with the SDK's own, on loopback. What its tools do is told beside them. */
export async function mcpServer(options: McpServerOptions = {}): Promise<McpServerStandIn> {
  const { hasSessions = true, answersJson = false, isResumable = false, instead = () => false } = options;
  const received: ReceivedRequest[] = [];
  const sessions = new Map<string, Session>();

  async function open(response: ServerResponse): Promise<Session> {
    const transport = new NodeStreamableHTTPServerTransport({
      enableJsonResponse: answersJson,
      ...(hasSessions && {
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void sessions.set(id, session),
        onsessionclosed: (id) => void sessions.delete(id),
      }),
      ...(isResumable && { eventStore: memoryEvents(), retryInterval: 5 }),
    });
    const session: Session = { transport, response };
    const server = serverOfTools({
      onAPage: options.toolsOnAPage,
      onSlow() {
        session.response.on('close', () => options.onSlowGone?.());
        options.onSlow?.();
      },
      drop: () => session.response.destroy(),
    });
    await server.connect(transport);
    return session;
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await receive(incoming);
    received.push(request);
    if (instead(request, response)) return;
    const session = sessions.get(request.headers['mcp-session-id'] ?? '') ?? (await open(response));
    session.response = response;
    const message = request.body === '' ? undefined : JSON.parse(request.body);
    await session.transport.handleRequest(incoming, response, message);
  }

  const listener = createServer((incoming, response) => {
    void handle(incoming, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp`,
    received,
    asked: () => received.map(({ method, body }) => (body === '' ? method : JSON.parse(body).method)),
    sessions: () => sessions.size,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { method = '', url = '', rawHeaders } = incoming;
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    method,
    url,
    headers: Object.fromEntries(headers),
    rawHeaders,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/** What a stream has told, for whoever comes back for it. */
function memoryEvents(): EventStore {
  const events: { stream: string; message: JSONRPCMessage }[] = [];
  return {
    async storeEvent(stream, message) {
      events.push({ stream, message });
      return String(events.length - 1);
    },
    async replayEventsAfter(lastEventId, { send }) {
      const last = Number(lastEventId);
      const stream = events[last]?.stream ?? '';
      for (const [id, event] of events.entries()) {
        if (id > last && event.stream === stream) await send(String(id), event.message);
      }
      return stream;
    },
  };
}
