import type { Catalog } from '../catalog/index.ts';
import { AnswerError, BadRequestError, NotFoundError } from '../errors/index.ts';

export interface Receiver {
  typeId: string;
  name: string;
}

/** The connector that a delivery is for, or why it takes none. */
export async function receiverOf(
  catalog: Pick<Catalog, 'resolve' | 'types'>,
  { spaceId, connectorId }: { spaceId: string; connectorId: string },
): Promise<AnswerError | Receiver> {
  const connector = (await catalog.resolve(spaceId, connectorId))?.connector;
  if (connector === undefined) return new NotFoundError(`Saved object [action/${connectorId}] not found`);
  const { typeId, name } = connector;
  try {
    catalog.types.runnable(connector);
  } catch (error) {
    if (error instanceof AnswerError) return error;
    throw error;
  }
  if (connector.isMissingSecrets)
    return new BadRequestError(
      `Unable to execute action because no secrets are defined for the "${name}" connector.`,
    );
  return { typeId, name };
}
