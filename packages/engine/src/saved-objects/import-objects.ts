import { randomUUID } from 'node:crypto';
import type { TypeRegistry } from '../catalog/index.ts';
import type { Asker } from './asker.ts';
import { type BringingDependencies, type Brought, bring, type Part } from './bring.ts';
import { type ConnectorAttributes, ConnectorRefusal, readConnector } from './connector-attributes.ts';
import { findPlaces, type ImportOptions } from './find-places.ts';
import { type ImportProblem, isBlocking, problemWith } from './import-problem.ts';
import type { Placement } from './placement.ts';
import { withReplacedReferences } from './references.ts';
import type { Retry } from './retry.ts';
import { retryPlaces } from './retry-places.ts';
import { CONNECTOR, keyOf, type SavedObject, titleOf } from './saved-object.ts';

/** What came of one import. */
export interface ImportOutcome extends Pick<Brought, 'problems' | 'warnings'> {
  /** While something has to be resolved, what would be imported. */
  imported: Imported[];
}

export interface Imported {
  type: string;
  /** In the file. */
  id: string;
  title: string | undefined;
  destinationId?: string | undefined;
  overwrite: boolean;
  /** It has a new id, and is nobody's copy, though not all were to be so. */
  createNewCopy: boolean;
}

/** Into which space, and by whom. */
export interface Target {
  spaceId: string;
  asker: Asker;
}

/** The connectors of a file into a space. */
export async function importObjects(
  target: Target,
  objects: readonly SavedObject[],
  options: ImportOptions,
  dependencies: BringingDependencies,
): Promise<ImportOutcome> {
  const part: Part = {
    ...target,
    ...readAll(objects, dependencies.catalog.types),
    ids: objects.map(({ id }) => id),
    needsNewId: () => false,
    ignoresMissingReferences: () => false,
    places: (wanted, world) => findPlaces(wanted, world, { ...options, newId: randomUUID }),
  };
  return outcomeOf(await bring([part], isBlocking, dependencies), options);
}

/** Those of them that it is said of how. */
export async function retryImport(
  target: Target,
  objects: readonly SavedObject[],
  options: { retries: ReadonlyMap<string, Retry>; createNewCopies: boolean },
  dependencies: BringingDependencies,
): Promise<ImportOutcome> {
  const { retries } = options;
  const wanted = objects.filter((object) => retries.has(keyOf(object)));
  const part: Part = {
    ...target,
    ...readAll(withReplacedReferences(wanted, retries), dependencies.catalog.types),
    ids: [...retries.values()].flatMap(({ id, destinationId }) => [id, destinationId ?? id]),
    needsNewId: () => false,
    ignoresMissingReferences: (object) => retries.get(keyOf(object))?.ignoreMissingReferences === true,
    places: (connectors, world) => retryPlaces(connectors, world, { ...options, newId: randomUUID }),
  };
  return outcomeOf(await bring([part], isBlocking, dependencies), options);
}

/** The connectors of a file, read, by their objects; and what is none, or cannot be one here. */
export function readAll(
  objects: readonly SavedObject[],
  types: Pick<TypeRegistry, 'find'>,
): Pick<Part, 'connectors' | 'refused'> {
  const connectors = new Map<SavedObject, ConnectorAttributes>();
  const refused: ImportProblem[] = [];
  for (const object of objects) {
    if (object.type !== CONNECTOR) {
      refused.push(problemWith(object, { type: 'unsupported_type' }));
      continue;
    }
    try {
      connectors.set(object, readConnector(object, types.find));
    } catch (error) {
      if (!(error instanceof ConnectorRefusal)) throw error;
      refused.push(problemWith(object, { type: 'unknown', message: error.message, statusCode: 400 }));
    }
  }
  return { connectors, refused };
}

function outcomeOf(
  [brought]: readonly Brought[],
  { createNewCopies }: { createNewCopies: boolean },
): ImportOutcome {
  const { placements = [], problems = [], warnings = [] } = brought ?? {};
  return { imported: placements.map((each) => importedOf(each, createNewCopies)), problems, warnings };
}

function importedOf(
  { object, destinationId, originId, replaces }: Placement,
  createNewCopies: boolean,
): Imported {
  const { type, id } = object;
  return {
    type,
    id,
    title: titleOf(object),
    destinationId,
    overwrite: replaces !== undefined,
    createNewCopy: destinationId !== undefined && originId === undefined && !createNewCopies,
  };
}
