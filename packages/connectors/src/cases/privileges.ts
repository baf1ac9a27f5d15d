const OPERATIONS = [
  'createCase',
  'updateCase',
  'deleteCase',
  'pushCase',
  'createComment',
  'updateComment',
  'deleteComment',
  'findConfigurations',
  'reopenCase',
];

/** What whoever has such a rule, and whoever it runs for, must be allowed. */
export function privilegesOn(owner: string): string[] {
  return OPERATIONS.map((operation) => `cases:${owner}/${operation}`);
}

/** By the params of a run, which nobody has validated yet. */
export function privilegesOfRun({ subActionParams }: Readonly<Record<string, unknown>>): string[] {
  const { owner } = (subActionParams ?? {}) as { owner?: unknown };
  if (typeof owner === 'string' && owner !== '') return privilegesOn(owner);
  throw new Error('Cannot authorize cases. Owner is not defined in the subActionParams.');
}
