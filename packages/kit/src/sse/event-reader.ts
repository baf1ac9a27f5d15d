/** Reads Server-Sent Events out of bytes, however these are cut. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface EventReader {
  read(bytes: Uint8Array): void;
  /** There is nothing more: what the last event holds counts, also without the empty line that should end it. */
  end(): void;
}

export interface EventReaderOptions {
  /** In bytes of an event with all its fields. One that is longer is skipped, and nothing of it is kept. */
  maxLength?: number;
  /** Asked about the bytes of an event, with the names of its fields, before it is decoded; false: it is passed over. */
  isWanted?(event: Buffer): boolean;
}

/** Far above what a language model puts into one event. */
const EVENT_MAX = 1_000_000;

const FEED = 0x0a;
const RETURN = 0x0d;
const MARK = Buffer.from('\ufeff');
const EMPTY = Buffer.alloc(0);

/**
 * Tells the `data` of each event; other fields are passed over. Of a long stream every text is garbage at once, so bytes
 * become text only in events that are wanted.
 */
export function eventReader(
  onData: (data: string) => void,
  { maxLength = EVENT_MAX, isWanted = () => true }: EventReaderOptions = {},
): EventReader {
  /** What earlier bytes held of the event under way. */
  const held = growingBytes();
  let isFirst = true;
  let isTooLong = false;
  /** Whether the line under way has nothing yet: one that ends so ends the event. */
  let isLineEmpty = true;
  /** Whether a line feed, if it comes next, belongs to the line that has just ended. */
  let endedWithReturn = false;

  function hold(bytes: Buffer): void {
    isTooLong ||= held.length() + bytes.length > maxLength;
    if (isTooLong) held.clear();
    else held.add(bytes);
  }

  function endEvent(last: Buffer): void {
    if (held.length() > 0) hold(last);
    const event = held.length() > 0 ? held.bytes() : last;
    if (!isTooLong && event.length <= maxLength) tell(event);
    held.clear();
    isTooLong = false;
    isFirst = false;
  }

  function tell(event: Buffer): void {
    if (event.length === 0 || !isWanted(event)) return;
    // The standard takes a mark of the byte order away at the beginning, and only there.
    const hasMark = isFirst && event.subarray(0, MARK.length).equals(MARK);
    const data = dataIn(event.toString('utf8', hasMark ? MARK.length : 0));
    if (data !== undefined) onData(data);
  }

  return {
    read(given) {
      if (given.byteLength === 0) return;
      const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
      const lineEndFrom = lineEnds(bytes);
      let lineStart = endedWithReturn && bytes[0] === FEED ? 1 : 0;
      let eventStart = lineStart;
      endedWithReturn = false;
      for (;;) {
        const end = lineEndFrom(lineStart);
        if (end === bytes.length) break;
        const endsEvent = isLineEmpty && end === lineStart;
        const isReturn = bytes[end] === RETURN;
        lineStart = isReturn && bytes[end + 1] === FEED ? end + 2 : end + 1;
        endedWithReturn = isReturn && end + 1 === bytes.length;
        isLineEmpty = true;
        if (!endsEvent) continue;
        endEvent(bytes.subarray(eventStart, end));
        eventStart = lineStart;
      }
      if (lineStart < bytes.length) isLineEmpty = false;
      if (eventStart < bytes.length) hold(bytes.subarray(eventStart));
    },
    end: () => endEvent(EMPTY),
  };
}

/** Where the next line feed or carriage return is; the length where there is none. */
function lineEnds(bytes: Buffer): (from: number) => number {
  const next = (byte: number, from: number) => {
    const at = bytes.indexOf(byte, from);
    return at === -1 ? bytes.length : at;
  };
  let feed = next(FEED, 0);
  let carriage = next(RETURN, 0);
  return (from) => {
    if (feed < from) feed = next(FEED, from);
    if (carriage < from) carriage = next(RETURN, from);
    return Math.min(feed, carriage);
  };
}

/** The lines of an event that are data; undefined: it has none. */
function dataIn(event: string): string | undefined {
  const lines = event.includes('\r') ? event.split(/\r\n?|\n/) : event.split('\n');
  let data: string | undefined;
  for (const line of lines) {
    if (line !== 'data' && !line.startsWith('data:')) continue;
    const value = line.slice(line.startsWith('data: ') ? 6 : 5);
    data = data === undefined ? value : `${data}\n${value}`;
  }
  return data;
}

/** Bytes that come in pieces, in one place that grows with them. */
function growingBytes() {
  let place = EMPTY;
  let length = 0;
  return {
    length: () => length,
    bytes: () => place.subarray(0, length),
    add(bytes: Buffer) {
      const needed = length + bytes.length;
      if (needed > place.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * place.length));
        place.copy(larger, 0, 0, length);
        place = larger;
      }
      bytes.copy(place, length);
      length = needed;
    },
    clear() {
      length = 0;
    },
  };
}
