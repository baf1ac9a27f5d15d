import { mergeHeaders } from '@patchbay/kit';
import type { Config, Secrets } from './schema.ts';

/** Later ones win, so that no header of the config takes the place of the key. */
export function headersOf(config: Config, { apiKey = '' }: Secrets): Record<string, string> {
  return mergeHeaders(
    config.headers,
    config.apiProvider === 'OpenAI' ? account(config) : undefined,
    config.apiProvider === 'Azure OpenAI' ? { 'api-key': apiKey } : { Authorization: `Bearer ${apiKey}` },
    { 'content-type': 'application/json' },
  );
}

/** https://platform.openai.com/docs/api-reference/authentication */
function account({
  organizationId,
  projectId,
}: Extract<Config, { apiProvider: 'OpenAI' }>): Record<string, string> {
  return {
    ...(organizationId !== undefined && { 'OpenAI-Organization': organizationId }),
    ...(projectId !== undefined && { 'OpenAI-Project': projectId }),
  };
}
