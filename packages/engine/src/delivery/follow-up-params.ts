import {
  createRenderer,
  type Logger,
  messageOf,
  prepareVariables,
  ValidationError,
  validateParams,
} from '@patchbay/kit';
import type { Catalog, StandIn } from '../catalog/index.ts';

type Types = Pick<Catalog, 'types' | 'validation'>;

/** Why a connector gets nothing in the wake of another's delivery. Its text is told. */
export class NoFollowUp extends Error {
  override readonly name = 'NoFollowUp';
}

/** The params of a template, as their type renders it. Throws `NoFollowUp`. */
export function renderedParams(
  { types }: Types,
  { connectorId, params = {} }: StandIn,
  typeId: string,
  variables: Record<string, unknown>,
  { log, now }: { log: Logger; now(): Date },
): Record<string, unknown> {
  try {
    const renderer = createRenderer(prepareVariables(variables), log);
    return types.get(typeId).renderParams(params, renderer, { connectorId, variables, now });
  } catch (error) {
    throw new NoFollowUp(`its params could not be rendered: ${messageOf(error)}`);
  }
}

/** Throws `NoFollowUp` with what a run would be refused with. */
export function ensureFit({ types, validation }: Types, typeId: string, params: unknown): void {
  try {
    validateParams(types.get(typeId), params, validation);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new NoFollowUp(error.message);
  }
}
