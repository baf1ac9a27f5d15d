import type { JSONRPCMessage, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/**
 * The answers that a client waits for, one after the other. The SDK's own client goes on waiting where an answer ends, or its
 * connection does, and what it waits for was not in it.
 */
export interface Answers {
  /** Rejects once there is nothing to wait for. Never resolves. */
  lost: Promise<never>;
  /** Gives up on all answers. */
  giveUp(reason: unknown): void;
  /** Told why the body of an answer broke off. */
  onBroken(reason: unknown): void;
  /** Told of an answer before it is read. */
  onResponse(response: Response): void;
  /** To be called before a client connects over the transport. */
  watch(transport: StreamableHTTPClientTransport): void;
}

interface Request {
  id: string | number;
  method: string;
}

export function awaitedAnswers(): Answers {
  const { promise: lost, reject: giveUp } = Promise.withResolvers<never>();
  lost.catch(() => {});
  let awaited: Request | undefined;
  let broken: unknown;
  let isStream = false;

  return {
    lost,
    giveUp,
    onBroken(reason) {
      broken = reason;
    },
    onResponse({ headers }) {
      isStream = /^\s*text\/event-stream/i.test(headers.get('content-type') ?? '');
    },
    watch(transport) {
      transport.onmessage = (message) => {
        if (awaited !== undefined && answers(message, awaited)) awaited = undefined;
      };
      const send = transport.send.bind(transport);
      transport.send = async (message, options) => {
        if (!isRequest(message)) return send(message, options);
        awaited = message;
        broken = undefined;
        const onRequestStreamEnd = () => {
          if (awaited === message) giveUp(broken ?? closedEarly(message));
        };
        await send(message, { ...options, onRequestStreamEnd });
        if (!isStream) onRequestStreamEnd();
      };
    },
  };
}

function closedEarly({ method }: Request): Error {
  return new Error(`Connection closed before the server answered ${method}`);
}

function isRequest(message: JSONRPCMessage | JSONRPCMessage[]): message is JSONRPCMessage & Request {
  return 'method' in message && 'id' in message;
}

/** As the client does, which takes an id of its own back as text too. */
function answers(message: JSONRPCMessage, { id }: Request): boolean {
  return !('method' in message) && Number(message.id) === id;
}
