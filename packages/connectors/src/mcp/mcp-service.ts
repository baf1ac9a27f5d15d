import { setTimeout as delay } from 'node:timers/promises';
import { type ActionContext, messageOf, RunError } from '@patchbay/kit';
import { type Connection, connect, type Server } from './connection.ts';
import { credentials } from './credentials.ts';
import { isWorthReconnecting } from './failure.ts';
import type { Config, Secrets, ToolCall } from './schema.ts';
import { cacheKey, type Tool, type ToolCache } from './tool-cache.ts';

const MAX_RECONNECTS = 3;
const RECONNECT_MS = 100;
/** A server that gives a cursor with every page is not followed for ever. As the SDK has it. */
const MAX_PAGES = 64;

export interface McpService {
  test(): Promise<unknown>;
  listTools(params: { forceRefresh?: boolean | undefined }): Promise<unknown>;
  callTool(call: ToolCall): Promise<unknown>;
}

export function mcpService(context: ActionContext<Config, Secrets>, cache: ToolCache): McpService {
  const { config, secrets, connector, log, now } = context;
  const server: Server = {
    url: config.serverUrl,
    headers: config.headers,
    credentials: credentials(config, secrets),
  };

  /** A connection lives for one operation. */
  async function connected<T>(
    maxReconnects: number,
    use: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    const connection = await connectUpTo(maxReconnects);
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }

  async function connectUpTo(maxReconnects: number): Promise<Connection> {
    for (let reconnects = 0; ; reconnects++) {
      try {
        return await connect(server, context);
      } catch (error) {
        if (reconnects === maxReconnects || !isWorthReconnecting(error)) throw error;
        log.debug(`Failed to connect to the MCP server, connecting again: ${messageOf(error)}`);
      }
      await delay(RECONNECT_MS);
    }
  }

  /** Once for each operation that is asked of the server, of what was asked. */
  function count(params: unknown): void {
    context.addRequestBodyBytes(Buffer.byteLength(JSON.stringify(params)));
  }

  return {
    test: () =>
      connected(0, async ({ capabilities }) => ({
        connected: true,
        ...(capabilities !== undefined && { capabilities }),
      })),

    async listTools(params) {
      const { hasAuth, authType } = config;
      const key = cacheKey(connector, { ...server, hasAuth, authType });
      const known = params.forceRefresh === true ? undefined : cache.get(key, now());
      if (known !== undefined) return { tools: known };
      count(params);
      const tools = await connected(MAX_RECONNECTS, allTools);
      cache.set(key, tools, now());
      return { tools };
    },

    async callTool(call) {
      count(call);
      return connected(MAX_RECONNECTS, (connection) => connection.callTool(call));
    },
  };
}

async function allTools(connection: Connection): Promise<Tool[]> {
  const tools: Tool[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await connection.listTools(cursor);
    for (const { name, description, inputSchema } of page.tools) {
      tools.push({ name, ...(description !== undefined && { description }), inputSchema });
    }
    cursor = page.nextCursor;
    if (cursor === undefined) return tools;
  }
  throw new RunError(`The MCP server has more than ${MAX_PAGES} pages of tools`);
}
