import type { ImportOutcome } from '@patchbay/engine/saved-objects';

/** Inside the server; who shows it puts base path and space before it. */
const CONNECTORS_PAGE = '/app/management/insightsAndAlerting/triggersActionsConnectors';

/** What came of an import, in the words of the reference: camel case. Nothing here manages objects from outside. */
export function importAnswer({ imported, problems, warnings }: ImportOutcome) {
  const successResults = imported.map(({ type, id, title, destinationId, overwrite, createNewCopy }) => ({
    type,
    id,
    meta: { title },
    managed: false,
    ...(overwrite && { overwrite }),
    destinationId,
    ...(createNewCopy && { createNewCopy }),
  }));
  const errors = problems.map(({ type, id, title, error, overwrite }) => ({
    type,
    id,
    title,
    meta: { title },
    error,
    ...(overwrite && { overwrite }),
  }));
  return {
    successCount: imported.length,
    success: problems.length === 0,
    warnings: warnings.map((message) => ({
      type: 'action_required',
      message,
      actionPath: CONNECTORS_PAGE,
      buttonLabel: 'Go to connectors',
    })),
    ...(successResults.length > 0 && { successResults }),
    ...(errors.length > 0 && { errors }),
  };
}
