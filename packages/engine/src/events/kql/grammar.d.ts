/** A value or a field's name as it was written: the texts between its wildcards, one if it has none. */
export interface KqlText {
  pieces: readonly string[];
  isQuoted: boolean;
}

export type KqlNode =
  | { kind: 'all' | 'any'; nodes: readonly KqlNode[] }
  | { kind: 'not'; node: KqlNode }
  /** Of one object under the field all must be so. */
  | { kind: 'nested'; field: KqlText; node: KqlNode }
  /** Without a field: of any. */
  | { kind: 'is'; field: KqlText | null; value: KqlText }
  | { kind: 'compare'; field: KqlText; comparison: '<' | '<=' | '>' | '>='; value: KqlText };

/** Throws with a text that says what was expected where. */
export function parse(text: string): KqlNode;
