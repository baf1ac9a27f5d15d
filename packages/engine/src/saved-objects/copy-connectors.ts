import { randomUUID } from 'node:crypto';
import type { WholeConnector } from '../catalog/index.ts';
import { type BringingDependencies, bring, type Part } from './bring.ts';
import { type CarryOutcome, carryOutcome } from './carry.ts';
import { findPlaces, type ImportOptions } from './find-places.ts';
import type { Target } from './import-objects.ts';
import { wholeObject } from './whole-connector.ts';

/** Connectors, with secrets and settings, into other spaces: all into all of them, or nothing. */
export async function copyConnectors(
  connectors: readonly WholeConnector[],
  targets: readonly Target[],
  options: ImportOptions,
  dependencies: BringingDependencies,
): Promise<CarryOutcome> {
  const parts = targets.map((target): Part => {
    const whole = connectors.map(wholeObject);
    return {
      ...target,
      connectors: new Map(whole.map(({ object, attributes }) => [object, attributes])),
      refused: [],
      ids: connectors.map(({ id }) => id),
      needsNewId: () => false,
      ignoresMissingReferences: () => true,
      places: (objects, world) => findPlaces(objects, world, { ...options, newId: randomUUID }),
    };
  });
  return carryOutcome(parts, await bring(parts, () => true, dependencies));
}
