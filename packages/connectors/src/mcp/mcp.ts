import { type ConnectorType, defineConnectorType, ensureAllowed } from '@patchbay/kit';
import { mcpService } from './mcp-service.ts';
import { callToolParams, config, listToolsParams, secrets, testParams } from './schema.ts';
import { type ToolCache, toolCache } from './tool-cache.ts';

/** The type, whose connectors share what they know of their servers' tools. */
export function mcpType(cache: ToolCache): ConnectorType {
  return defineConnectorType({
    id: '.mcp',
    name: 'MCP',
    description: 'Lists and calls the tools of an MCP server.',
    minimumLicense: 'enterprise',
    features: [
      'generativeAIForSecurity',
      'generativeAIForSearchPlayground',
      'generativeAIForObservability',
      'workflows',
      'agentBuilder',
    ],
    isExperimental: true,
    config,
    secrets,
    validate: {
      config: ({ serverUrl }, { allowedHosts }) =>
        ensureAllowed(serverUrl, allowedHosts, 'error validating url'),
    },
    example: {
      name: 'Runbook tools',
      config: { serverUrl: 'https://mcp.example.com/mcp', authType: 'bearer' },
      secrets: { token: 'the-token' },
      params: [
        { subAction: 'test', subActionParams: {} },
        { subAction: 'listTools', subActionParams: {} },
        {
          subAction: 'callTool',
          subActionParams: { name: 'search', arguments: { query: 'disk full on host-1' } },
        },
      ],
    },
    service: (context) => mcpService(context, cache),
    subActions: (action) => ({
      test: action(testParams, ({ service }) => service.test()),
      listTools: action(listToolsParams, ({ params, service }) => service.listTools(params)),
      callTool: action(callToolParams, ({ params, service }) => service.callTool(params)),
    }),
  });
}

/** Servers of the Model Context Protocol, over Streamable HTTP. https://modelcontextprotocol.io/specification/2025-11-25 */
export const mcp = mcpType(toolCache());
