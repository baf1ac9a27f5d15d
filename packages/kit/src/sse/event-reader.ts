/** Reads Server-Sent Events out of bytes, however these are cut. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface EventReader {
  read(bytes: Uint8Array): void;
  /** There is nothing more: what the last event holds counts, also without the empty line that should end it. */
  end(): void;
}

/** In characters, far above what a language model puts into one event. */
const EVENT_MAX = 1_000_000;

/**
 * Tells the `data` of each event; other fields are passed over. It keeps no more than the event under way, and of one that is
 * longer than `maxLength` nothing: it is skipped.
 */
export function eventReader(onData: (data: string) => void, maxLength = EVENT_MAX): EventReader {
  // Takes a mark of the byte order away, as the standard asks for, and keeps the half of a character.
  const decoder = new TextDecoder();
  /** The line under way. */
  let line = '';
  /** The data of the event under way; undefined: it has none yet. */
  let data: string | undefined;
  let isTooLong = false;
  /** Whether a line feed, if it comes next, belongs to the line that has just ended. */
  let endedWithReturn = false;

  function add(text: string): void {
    if (text === '') return;
    line += text;
    isTooLong ||= line.length + (data?.length ?? 0) > maxLength;
    if (!isTooLong) return;
    data = undefined;
    // Not empty: it is an empty line that ends the event.
    line = ':';
  }

  function endLine(): void {
    if (line === '') endEvent();
    else if (line === 'data' || line.startsWith('data:')) {
      const value = line.slice(line.startsWith('data: ') ? 6 : 5);
      data = data === undefined ? value : `${data}\n${value}`;
    }
    line = '';
  }

  function endEvent(): void {
    if (data !== undefined) onData(data);
    data = undefined;
    isTooLong = false;
  }

  function take(text: string): void {
    let start = endedWithReturn && text.startsWith('\n') ? 1 : 0;
    if (text !== '') endedWithReturn = false;
    for (;;) {
      const end = endOfLine(text, start);
      add(text.slice(start, end));
      if (end === text.length) return;
      endLine();
      const isReturn = text[end] === '\r';
      start = isReturn && text[end + 1] === '\n' ? end + 2 : end + 1;
      endedWithReturn = isReturn && end + 1 === text.length;
    }
  }

  return {
    read: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end() {
      take(decoder.decode());
      endLine();
      endEvent();
    },
  };
}

/** Where the next line feed or carriage return is; the length where there is none. */
function endOfLine(text: string, start: number): number {
  const feed = text.indexOf('\n', start);
  const end = feed === -1 ? text.length : feed;
  const carriage = text.slice(start, end).indexOf('\r');
  return carriage === -1 ? end : start + carriage;
}
