import type { Invoke, InvokeRaw } from './schema.ts';

const ANTHROPIC_VERSION = 'bedrock-2023-05-31';
export const DEFAULT_MAX_TOKENS = 8191;
const ASSISTANT_ROLES = ['assistant', 'ai'];

export interface AnthropicMessage {
  content: unknown;
  role: string;
}

/**
 * The body of `invokeAI` and `invokeStream`.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html
 */
export function anthropicBody(params: Invoke): object {
  const system = systemPrompt(params);
  return {
    anthropic_version: ANTHROPIC_VERSION,
    ...(system !== '' && { system }),
    messages: toMessages(params.messages),
    max_tokens: params.maxTokens ?? DEFAULT_MAX_TOKENS,
    stop_sequences: params.stopSequences,
    temperature: params.temperature ?? 0,
    tools: params.tools,
    tool_choice: params.toolChoice,
  };
}

/** The body of `invokeAIRaw`: what is given, and a limit of tokens. */
export function rawAnthropicBody(params: InvokeRaw): object {
  return {
    messages: params.messages,
    stop_sequences: params.stopSequences,
    system: params.system,
    temperature: params.temperature,
    max_tokens: params.maxTokens ?? DEFAULT_MAX_TOKENS,
    tools: params.tools,
    tool_choice: params.toolChoice,
    anthropic_version: params.anthropicVersion,
  };
}

/** The param, then every system message. Of blocks, their texts. */
function systemPrompt({ system, messages }: Invoke): string {
  const texts = messages
    .filter(({ role }) => role === 'system')
    .flatMap(({ content, rawContent = [] }) => content ?? rawContent.flatMap(textOf));
  return [...(system ? [system] : []), ...texts].join('\n');
}

function textOf(block: unknown): string[] {
  const { text } = (typeof block === 'object' && block !== null ? block : {}) as { text?: unknown };
  return typeof text === 'string' ? [text] : [];
}

/** Without the system's. A text that follows a text of the same role, as it is written, is a further line of that. */
function toMessages(given: Invoke['messages']): AnthropicMessage[] {
  const messages: AnthropicMessage[] = [];
  for (const { role, content, rawContent } of given) {
    if (role === 'system') continue;
    const before = messages.at(-1);
    if (content !== undefined && typeof before?.content === 'string' && before.role === role) {
      before.content += `\n${content}`;
    } else {
      messages.push({
        content: content ?? rawContent,
        role: ASSISTANT_ROLES.includes(role) ? 'assistant' : 'user',
      });
    }
  }
  return messages;
}
