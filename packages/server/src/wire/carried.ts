import { ConflictError } from '@patchbay/engine/errors';
import type { CarryOutcome, ImportProblem } from '@patchbay/engine/saved-objects';

/** What came to be where. Throws `ConflictError` where nothing did: why is in its text for the first, in its attributes for all. */
export function carriedAnswer({ carried, problems }: CarryOutcome, done: 'copied' | 'imported') {
  const [first] = problems;
  if (first !== undefined) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    throw new ConflictError(`Nothing was ${done}: ${inWords(first)}${more}`, {
      attributes: { problems: problems.map(problemAnswer) },
    });
  }
  return carried.map(({ spaceId, sourceId, id, name, typeId, isReplaced, isMissingSecrets }) => ({
    space_id: spaceId,
    source_id: sourceId,
    id,
    name,
    connector_type_id: typeId,
    is_replaced: isReplaced,
    is_missing_secrets: isMissingSecrets,
  }));
}

function problemAnswer({ spaceId, id, title, error }: CarryOutcome['problems'][number]) {
  const { type } = error;
  return {
    space_id: spaceId,
    source_id: id,
    title,
    type,
    ...(error.type === 'conflict' && { destination_id: error.destinationId ?? id }),
    ...(error.type === 'ambiguous_conflict' && {
      destination_ids: error.destinations.map((destination) => destination.id),
    }),
    ...(error.type === 'missing_references' && {
      missing_ids: error.references.map((reference) => reference.id),
    }),
    ...(error.type === 'unknown' && { message: error.message }),
  };
}

function inWords({ spaceId, id, type, error }: ImportProblem & { spaceId: string }): string {
  const where = `in the space "${spaceId}"`;
  switch (error.type) {
    case 'conflict': {
      const as = error.destinationId === undefined ? '' : `, as "${error.destinationId}"`;
      return `the connector "${id}" is there already ${where}${as}`;
    }
    case 'ambiguous_conflict':
      return `there are several copies of the connector "${id}" ${where}`;
    case 'missing_references': {
      const [other] = error.references;
      return `the settings of the connector "${id}" name "${other?.id}", which is not there ${where} for you to run: take it along`;
    }
    case 'unsupported_type':
      return `an object of the type "${type}" is no connector`;
    default:
      return `the connector "${id}": ${error.message}`;
  }
}
