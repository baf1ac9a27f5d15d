import { countTokens, type TokenUsage } from '@patchbay/kit';
import type { ChatChunks } from './chat-chunks.ts';
import { objectIn } from './request-body.ts';

/**
 * The tokens of a streamed chat whose service does not tell them, by the request as it was sent and the answer as it came.
 * undefined: nothing to count by. What is counted is the reference's.
 */
export async function estimate(body: string, answer: ChatChunks): Promise<TokenUsage | undefined> {
  const request = objectIn(body);
  const messages = objectsIn(request?.messages);
  const said = saidIn(answer);
  if (messages === undefined || said === undefined) return undefined;
  const prompt = messages.map((message) =>
    framed(`${message.role}\n${textOf(message.content)}\n${calling(message)}`),
  );
  const functions = objectsIn(request?.functions)?.map(({ name, description, parameters }) =>
    framed(`${name}\n${description}\n${JSON.stringify(parameters)}`),
  );
  return summed(
    (await countTokens(prompt.join('\n'))) + (await countTokens(functions?.join('\n') ?? '')),
    await countTokens(JSON.stringify(said)),
  );
}

/** The same for `invokeStream`, which the reference counts by less of it. */
export async function estimateText(body: string, answer: ChatChunks): Promise<TokenUsage | undefined> {
  const messages = objectsIn(objectIn(body)?.messages);
  const content = answer.content.text();
  if (messages === undefined || content === undefined) return undefined;
  const prompt = messages.map((message) => framed(`${message.role}\n${textOf(message.content)}`));
  return summed(await countTokens(prompt.join('\n')), await countTokens(content));
}

type Fields = Record<string, unknown>;

function framed(text: string): string {
  return `<|start|>${text}<|end|>`;
}

function summed(prompt: number, completion: number): TokenUsage {
  return { prompt, completion, total: prompt + completion };
}

/** What of the answer is counted; undefined: it was too long to be kept. */
function saidIn({ content, functionName, functionArguments }: ChatChunks): Fields | undefined {
  const [text, name, given] = [content.text(), functionName.text(), functionArguments.text()];
  if (text === undefined || name === undefined || given === undefined) return undefined;
  return {
    ...(text !== '' && { content: text }),
    ...(name !== '' && { function_call: { name, arguments: given } }),
  };
}

/** Text, or the texts among parts: pictures are not counted by letters. */
function textOf(content: unknown): string {
  if (!Array.isArray(content)) return typeof content === 'string' ? content : '';
  return (objectsIn(content) ?? []).map(({ text }) => textOf(text)).join('\n');
}

function calling({ name, function_call: call }: Fields): string {
  if (typeof name === 'string') return name;
  const [called] = objectsIn([call]) ?? [];
  return called === undefined ? '' : `${called.name}\n${called.arguments}`;
}

/** The objects in a list; undefined: it is no list. */
function objectsIn(list: unknown): Fields[] | undefined {
  if (!Array.isArray(list)) return undefined;
  return list.filter((item): item is Fields => typeof item === 'object' && item !== null);
}
