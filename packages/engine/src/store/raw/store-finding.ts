/** What a check has found out about a store. */
export interface StoreFinding {
  name: string;
  ok: boolean;
  /** What is so, or what is wrong. */
  detail: string;
}

/** An older schema is no damage, and yet something to be done. */
export function schemaFinding(version: number, newest: number): StoreFinding {
  const ok = version === newest;
  const advice = ok ? '' : `: patchbay store migrate, or a start of the server, brings it to ${newest}`;
  return { name: 'schema', ok, detail: `version ${version} of ${newest}${advice}` };
}
