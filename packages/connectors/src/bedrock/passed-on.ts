import { type ActionContext, beside, type EventReader, messageOf, StreamedData } from '@patchbay/kit';
import { estimatedUsage } from './estimated-usage.ts';
import { eventStreamReader } from './event-stream.ts';
import type { StreamMeter } from './token-usage.ts';

export const EVENT_STREAM = 'application/vnd.amazon.eventstream';

export interface Metered {
  meter: StreamMeter;
  /** Counted where the service counts nothing; left out: then nothing is. */
  asked?: string;
}

/** A streamed answer, its bytes as they are. What it costs is read beside it, and reported after its end. */
export async function passedOn(
  body: AsyncIterable<Uint8Array>,
  { meter, asked }: Metered,
  { log, reportTokenUsage }: Pick<ActionContext, 'log' | 'reportTokenUsage'>,
): Promise<StreamedData> {
  const reader = tolerant(await eventStreamReader(meter.read), (error) =>
    log.error(`Tokens of the answer are not counted: ${messageOf(error)}`),
  );
  return new StreamedData(beside(body, reader), EVENT_STREAM, async () => {
    const [usage, answered] = [meter.usage(), meter.text()];
    if (usage !== undefined) reportTokenUsage(usage);
    else if (asked !== undefined && answered !== undefined) {
      reportTokenUsage(await estimatedUsage(asked, answered));
    }
  });
}

/** Reads until it cannot: bytes that are no event stream are passed on all the same. */
function tolerant(reader: EventReader, onFailure: (error: unknown) => void): EventReader {
  let hasFailed = false;
  return {
    read(bytes) {
      if (hasFailed) return;
      try {
        reader.read(bytes);
      } catch (error) {
        hasFailed = true;
        onFailure(error);
      }
    },
    end: reader.end,
  };
}
