/** Known secrets, and the search for them. Knows nothing of how the product takes secrets out of texts. */
export interface Planted {
  /** A secret of its own for a place, with characters that JSON, URLs, HTML and shells write differently. */
  secret(place: string, allowed?: Allowed): string;
  /** The same for places that take only plain characters. */
  plain(place: string, allowed?: Allowed): string;
  /** One that was made elsewhere: found by this part of it. */
  add(place: string, part: string, allowed?: Allowed): void;
  /** A line for each secret and text that it is in. */
  foundIn(texts: readonly Text[]): string[];
  count(): number;
}

/** Something that came out: what it is, and what it says. */
export interface Text {
  name: string;
  text: string;
}

/** Where a secret may be: its owner asked for it. */
type Allowed = (name: string) => boolean;

interface Secret {
  place: string;
  marks: string[];
  allowed: Allowed;
}

const nowhere: Allowed = () => false;

export function planting(): Planted {
  const secrets: Secret[] = [];
  const add = (place: string, part: string, allowed = nowhere) => {
    secrets.push({ place, marks: marks(part), allowed });
  };
  return {
    add,
    secret(place, allowed) {
      add(place, `canary-${place}-7f3a`, allowed);
      return `canary-${place}-7f3a"&+/%41\\<é`;
    },
    plain(place, allowed) {
      add(place, `canary-${place}-9d41c6`, allowed);
      return `canary-${place}-9d41c6`;
    },
    foundIn(texts) {
      const folded = texts.map(({ name, text }) => ({ name, text: unbroken(text) }));
      return secrets.flatMap(({ place, marks, allowed }) =>
        folded.flatMap(({ name, text }) => {
          const mark = allowed(name) ? undefined : marks.find((one) => text.includes(one));
          return mark === undefined ? [] : [`${place} in ${name}: ${around(text, mark)}`];
        }),
      );
    },
    count: () => secrets.length,
  };
}

/** A plain part of a secret, as no escape changes it; and in what hides it. */
function marks(part: string): string[] {
  const inBase64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), Buffer.from(part)])
      .toString('base64')
      .slice(offset === 0 ? 0 : offset + 1, -4),
  );
  const hex = Buffer.from(part).toString('hex');
  return [part, ...inBase64, ...inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')), hex];
}

/** Without line breaks, written out or escaped. */
function unbroken(text: string): string {
  return text.replace(/(?:\\+[nr]|%(?:25)*0[ad]|\s)+/gi, '');
}

function around(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return text.slice(Math.max(0, at - 20), at + mark.length + 30);
}
