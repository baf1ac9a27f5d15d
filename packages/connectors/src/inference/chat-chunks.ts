import { RunError, type TokenUsage } from '@patchbay/kit';

type Fields = Record<string, unknown>;

interface ToolCall {
  id: string;
  type: unknown;
  function: { name: string; arguments: string };
}

/** A chat completion that arrives in pieces. */
export interface ChatChunks {
  /** The data of one event. Throws what the stream says went wrong. */
  add(data: string): void;
  /** The completion that the pieces make. */
  completion(): unknown;
}

export function chatChunks(): ChatChunks {
  let content = '';
  let refusal: unknown = null;
  const calls = new Map<unknown, ToolCall>();
  const facts: Fields = {};

  function addCall({ index, id, type, function: called }: Fields): void {
    const call = calls.get(index) ?? { function: { name: '', arguments: '' }, id: '', type: undefined };
    const { name, arguments: given } = fieldsOf(called);
    call.function.name += textOf(name);
    call.function.arguments += textOf(given);
    call.id += textOf(id);
    call.type = type ?? call.type;
    calls.set(index, call);
  }

  return {
    add(data) {
      const chunk = chunkIn(data);
      if (chunk === undefined) return;
      facts.id = chunk.id;
      facts.model = chunk.model;
      if (chunk.usage) {
        facts.usage = chunk.usage;
        return;
      }
      const { delta } = fieldsOf(Array.isArray(chunk.choices) ? chunk.choices[0] : undefined);
      const { content: text, refusal: refused, tool_calls: pieces } = fieldsOf(delta);
      content += textOf(text);
      refusal = refused ?? refusal;
      if (Array.isArray(pieces)) for (const piece of pieces) addCall(fieldsOf(piece));
    },
    completion() {
      const toolCalls = [...calls.values()].map((call) => ({
        ...call,
        function: { ...call.function, arguments: call.function.arguments.trim() || '{}' },
      }));
      return {
        choices: [
          {
            message: {
              content: content || null,
              refusal,
              role: 'assistant',
              ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
            },
          },
        ],
        object: 'chat.completion',
        ...facts,
      };
    },
  };
}

/** What a chunk says it has cost; most say nothing. */
export function usageIn(data: string): TokenUsage | undefined {
  const { usage } = fieldsOf(jsonIn(data));
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = fieldsOf(usage);
  if (typeof prompt !== 'number' || typeof completion !== 'number') return undefined;
  return { prompt, completion, total: typeof total === 'number' ? total : prompt + completion };
}

/** The chunk in an event that holds one. */
function chunkIn(data: string): Fields | undefined {
  if (data === '' || data === '[DONE]') return undefined;
  const event = fieldsOf(JSON.parse(data));
  if (event.error) {
    const { message, reason } = fieldsOf(event.error);
    throw new RunError(textOf(message) || textOf(reason) || 'Unknown error');
  }
  if (event.object !== 'chat.completion.chunk') return undefined;
  const { finish_reason: reason } = fieldsOf(Array.isArray(event.choices) ? event.choices[0] : undefined);
  // The reference's text, as odd as it is.
  if (reason === 'length') throw new RunError('createTokenLimitReachedError()');
  return event;
}

function jsonIn(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
const fieldsOf = (value: unknown): Fields => Object(value);
