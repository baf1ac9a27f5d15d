/** A number, a variable's path as it was written, or a call. */
export type MathNode = number | { path: string } | { call: string; args: MathNode[] };

/** Throws with a text that says what was expected where. */
export function parse(text: string): MathNode;
