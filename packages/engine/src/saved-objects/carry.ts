import type { Brought, Part } from './bring.ts';
import type { ImportProblem } from './import-problem.ts';

/** A connector that came to a space as a whole: with its secrets and settings. */
export interface Carried {
  spaceId: string;
  /** The id that it had. */
  sourceId: string;
  id: string;
  name: string;
  typeId: string;
  isReplaced: boolean;
  isMissingSecrets: boolean;
}

/** All of them, or, with a problem, none. */
export interface CarryOutcome {
  carried: Carried[];
  problems: (ImportProblem & { spaceId: string })[];
}

export function carryOutcome(parts: readonly Part[], brought: readonly Brought[]): CarryOutcome {
  const problems = parts.flatMap(({ spaceId }, index) =>
    (brought[index]?.problems ?? []).map((problem) => ({ ...problem, spaceId })),
  );
  if (problems.length > 0) return { carried: [], problems };
  const carried = parts.flatMap(({ spaceId, connectors }, index) =>
    (brought[index]?.placements ?? []).flatMap(({ object, id, replaces }) => {
      const attributes = connectors.get(object);
      if (attributes === undefined) return [];
      const { name, actionTypeId: typeId, isMissingSecrets } = attributes;
      const isReplaced = replaces !== undefined;
      return [{ spaceId, sourceId: object.id, id, name, typeId, isReplaced, isMissingSecrets }];
    }),
  );
  return { carried, problems };
}
