import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export interface ToolServerOptions {
  onAPage: number | undefined;
  onSlow(): void;
  /** Breaks off the answer to the call. */
  drop(): void;
}

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

/** A server with tools: those that work, one that fails, one that never ends, and those that end the connection. */
export function serverOfTools({ onAPage, onSlow, drop }: ToolServerOptions): McpServer {
  const server = new McpServer({ name: 'runbooks', version: '2.0.0' });
  const search = { description: 'Finds runbooks.', inputSchema: z.object({ q: z.string() }) };
  server.registerTool('search', search, ({ q }) => text(`found ${q}`));
  server.registerTool('echo', { inputSchema: z.looseObject({}) }, (given) => text(JSON.stringify(given)));
  const output = { title: 'Count', outputSchema: z.object({ count: z.number() }) };
  server.registerTool('count', output, () => ({ ...text('3'), structuredContent: { count: 3 } }));
  server.registerTool('fail', {}, () => {
    throw new Error('disk full');
  });
  server.registerTool('slow', {}, () => {
    onSlow();
    return new Promise(() => {});
  });
  server.registerTool('drop', {}, () => {
    drop();
    return text('to nobody');
  });
  server.registerTool('detach', {}, ({ http }) => {
    http?.closeSSE?.();
    return text('to who came back');
  });
  if (onAPage !== undefined) inPages(server, onAPage);
  return server;
}

/** As many tools as one likes, so many on a page: the SDK's server tells of all at once. */
function inPages(server: McpServer, onAPage: number): void {
  server.server.setRequestHandler('tools/list', ({ params }) => {
    const from = Number(params?.cursor ?? 0);
    const names = Array.from({ length: onAPage }, (_, index) => `tool-${from + index}`);
    return {
      tools: names.map((name) => ({ name, inputSchema: { type: 'object' as const } })),
      ...(from < PAGES_END && { nextCursor: String(from + onAPage) }),
    };
  });
}

const PAGES_END = 4;
