import { type ActionResult, messageOf, RunError, StreamedData } from '@patchbay/kit';

/**
 * The same data, whose end is told, once: with what the run then came to, or nothing where all is well. An end is the last
 * byte and what is left to do after it, an error on the way, or a reader who goes away, be it before the first byte.
 */
export function followed(
  { body, contentType, afterEnd }: StreamedData,
  actionId: string,
  onEnd: (failure?: ActionResult) => void,
): StreamedData {
  let hasEnded = false;
  let isWhole = false;
  const end = (failure?: ActionResult) => {
    if (hasEnded) return;
    hasEnded = true;
    onEnd(failure);
  };
  const finish = async () => {
    try {
      await afterEnd?.();
      end();
    } catch (error) {
      end(brokenOff(actionId, error));
    }
  };
  const source = body[Symbol.asyncIterator]();
  const reader: AsyncIterator<Uint8Array> = {
    async next() {
      try {
        const step = await source.next();
        if (step.done && !isWhole) {
          isWhole = true;
          void finish();
        }
        return step;
      } catch (error) {
        end(brokenOff(actionId, error));
        throw error;
      }
    },
    async return() {
      if (!isWhole) end(brokenOff(actionId, new Error('canceled')));
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
  return new StreamedData({ [Symbol.asyncIterator]: () => reader }, contentType);
}

function brokenOff(actionId: string, error: unknown): ActionResult {
  return {
    actionId,
    status: 'error',
    message: 'an error occurred while running the action',
    serviceMessage: messageOf(error),
    retry: true,
    errorSource: error instanceof RunError ? error.source : 'framework',
  };
}
