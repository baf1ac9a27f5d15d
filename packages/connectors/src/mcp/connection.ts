import type { CallToolResult, ListToolsResult, ServerCapabilities } from '@modelcontextprotocol/client';
import { type ActionContext, HttpRequestError, mergeHeaders, messageOf } from '@patchbay/kit';
import { awaitedAnswers } from './answers.ts';
import { clientFetch } from './client-fetch.ts';
import { failure } from './failure.ts';
import type { ToolCall } from './schema.ts';

/** None of the client's own: the HTTP client and the run have theirs. The longest that a timer can wait. */
const OPTIONS = { timeout: 2 ** 31 - 1 };
/** How long a result waits for a server to end its session. */
const GOODBYE_MS = 5_000;

export interface Server {
  url: string;
  headers: Record<string, string> | undefined;
  /** Stay at the server's origin. */
  credentials: Record<string, string>;
}

/** A session with a server. */
export interface Connection {
  capabilities: ServerCapabilities | undefined;
  listTools(cursor: string | undefined): Promise<ListToolsResult>;
  callTool(call: ToolCall): Promise<CallToolResult>;
  /** Ends the session. Never throws. */
  close(): Promise<void>;
}

type ConnectionContext = Pick<ActionContext, 'connector' | 'http' | 'log' | 'signal'>;

/** Shakes hands with a server. Where that fails nothing is left open. */
export async function connect(
  { url, headers, credentials }: Server,
  { connector, http, log, signal }: ConnectionContext,
): Promise<Connection> {
  const sdk = await import('@modelcontextprotocol/client');
  const answers = awaitedAnswers();
  const leave = clientFetch({
    http,
    headers: mergeHeaders(headers, credentials),
    sensitiveHeaders: Object.keys(credentials),
    onBroken: answers.onBroken,
  });
  const transport = new sdk.StreamableHTTPClientTransport(new URL(url), {
    // They are followed below, by the rules of every other connector.
    redirectPolicy: 'follow',
    async fetch(target, init) {
      const response = await leave(target, init);
      answers.onResponse(response);
      return response;
    },
  });
  answers.watch(transport);
  const client = new sdk.Client({ name: `kibana-mcp-connector-${connector.id}`, version: '1.0.0' });
  const cancel = () => answers.giveUp(new HttpRequestError('canceled', { code: 'ERR_CANCELED' }));
  signal.addEventListener('abort', cancel);

  async function answer<T>(asked: Promise<T>): Promise<T> {
    try {
      return await Promise.race([asked, answers.lost]);
    } catch (error) {
      throw failure(error, sdk);
    }
  }

  async function close(): Promise<void> {
    const patience = setTimeout(() => void transport.close(), GOODBYE_MS);
    try {
      await transport.terminateSession();
    } catch (error) {
      log.debug(`Failed to end the session with the MCP server: ${messageOf(error)}`);
    } finally {
      clearTimeout(patience);
      signal.removeEventListener('abort', cancel);
      await client.close();
    }
  }

  try {
    await answer(client.connect(transport, OPTIONS));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    capabilities: client.getServerCapabilities(),
    // By `request`, since the client's own methods compile the schemas that a server sends into code.
    listTools: (cursor) =>
      answer(
        client.request(
          { method: 'tools/list', ...(cursor !== undefined && { params: { cursor } }) },
          OPTIONS,
        ),
      ),
    callTool: (call) => answer(client.request({ method: 'tools/call', params: call }, OPTIONS)),
    close,
  };
}
