import { randomUUID } from 'node:crypto';
import type { Catalog, PlacedConnector } from '../catalog/index.ts';
import { ConflictError } from '../errors/index.ts';
import type { ConnectorStore } from '../store/index.ts';
import type { Asker } from './asker.ts';
import { type ConnectorAttributes, ConnectorRefusal, readConnector } from './connector-attributes.ts';
import { findPlaces, type ImportOptions, type Places } from './find-places.ts';
import { type ImportProblem, isBlocking, keysOf, problemWith } from './import-problem.ts';
import { importRemarks } from './import-warnings.ts';
import type { Existing, Placement, World } from './placement.ts';
import { byOrigin, missingReferences, placedReferences, withReplacedReferences } from './references.ts';
import type { Retry } from './retry.ts';
import { retryPlaces } from './retry-places.ts';
import { CONNECTOR, keyOf, type SavedObject, titleOf } from './saved-object.ts';

/** What came of one import. */
export interface ImportOutcome {
  /** While something has to be resolved, what would be imported. */
  imported: Imported[];
  problems: (ImportProblem & { overwrite: boolean })[];
  warnings: string[];
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

export interface ImportDependencies {
  catalog: Pick<Catalog, 'place' | 'inMemory' | 'types'>;
  connectors: Pick<ConnectorStore, 'list' | 'spacesOf'>;
  asker: Asker;
}

/** Others may take a place while it is being decided on: then it is decided anew. */
const MAX_ATTEMPTS = 5;

export function importObjects(
  spaceId: string,
  objects: readonly SavedObject[],
  options: ImportOptions,
  dependencies: ImportDependencies,
): Promise<ImportOutcome> {
  return bring(spaceId, objects, {
    ...dependencies,
    ids: objects.map(({ id }) => id),
    retries: new Map(),
    createNewCopies: options.createNewCopies,
    places: (wanted, world) => findPlaces(wanted, world, { ...options, newId: randomUUID }),
  });
}

export function retryImport(
  spaceId: string,
  objects: readonly SavedObject[],
  { retries, createNewCopies }: { retries: ReadonlyMap<string, Retry>; createNewCopies: boolean },
  dependencies: ImportDependencies,
): Promise<ImportOutcome> {
  const wanted = objects.filter((object) => retries.has(keyOf(object)));
  return bring(spaceId, withReplacedReferences(wanted, retries), {
    ...dependencies,
    ids: [...retries.values()].flatMap(({ id, destinationId }) => [id, destinationId ?? id]),
    retries,
    createNewCopies,
    places: (connectors, world) =>
      retryPlaces(connectors, world, { retries, createNewCopies, newId: randomUUID }),
  });
}

interface Bringing extends ImportDependencies {
  /** Whose spaces matter. */
  ids: readonly string[];
  retries: ReadonlyMap<string, Retry>;
  createNewCopies: boolean;
  places(connectors: readonly SavedObject[], world: World): Places;
}

async function bring(
  spaceId: string,
  objects: readonly SavedObject[],
  bringing: Bringing,
): Promise<ImportOutcome> {
  const { catalog, ids, asker } = bringing;
  const { connectors, refused } = readAll(objects, catalog);
  for (let attempt = 1; ; attempt++) {
    const world = await worldOf(spaceId, ids, bringing);
    const { placed, outcome } = decide(connectors, refused, world, bringing);
    if (outcome.problems.some(isBlocking) || placed.length === 0) return outcome;
    if (await catalog.place(placed.map((each) => ({ ...each, spaceId, owner: asker.owner })))) return outcome;
    if (attempt === MAX_ATTEMPTS) {
      throw new ConflictError(
        'The connectors were changed by somebody else meanwhile. Nothing was imported.',
      );
    }
  }
}

/** The connectors of a file, read, by their objects; and what is none, or cannot be one here. */
function readAll(objects: readonly SavedObject[], { types }: Pick<Catalog, 'types'>) {
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

function decide(
  connectors: ReadonlyMap<SavedObject, ConnectorAttributes>,
  refused: readonly ImportProblem[],
  world: World,
  { catalog, retries, createNewCopies, places }: Bringing,
): { placed: Omit<PlacedConnector, 'spaceId' | 'owner'>[]; outcome: ImportOutcome } {
  const objects = [...connectors.keys()];
  const inFile = new Set(objects.map(keyOf));
  const copyOf = byOrigin(world);
  const missing = missingReferences(
    objects,
    (ref) =>
      inFile.has(keyOf(ref)) ||
      copyOf(ref) !== undefined ||
      (ref.type === CONNECTOR &&
        (world.here.get(ref.id)?.isSeen === true || catalog.inMemory(ref.id) !== undefined)),
    (object) => retries.get(keyOf(object))?.ignoreMissingReferences === true,
  );
  const { placements: found, problems: inTheWay } = places(objects, world);
  const problems = [...refused, ...missing, ...inTheWay];
  const failing = keysOf(problems);
  const placements = found.filter(({ object }) => !failing.has(keyOf(object)));
  const attributesOf = ({ object }: Placement) => connectors.get(object) as ConnectorAttributes;
  const { warnings, notKept } = importRemarks(placements, {
    isPreconfigured: (id) => catalog.inMemory(id) !== undefined,
    isMissingSecrets: (placement) => attributesOf(placement).isMissingSecrets,
  });
  const overwritten = new Set(
    found.flatMap(({ object, replaces }) => (replaces === undefined ? [] : [keyOf(object)])),
  );
  return {
    placed: placements
      .filter(({ id }) => !notKept.has(id))
      .map((placement) => {
        const { actionTypeId, ...attributes } = attributesOf(placement);
        const references = placedReferences(placement.object.references, placements, copyOf);
        return {
          ...attributes,
          id: placement.id,
          typeId: actionTypeId,
          ...(placement.originId !== undefined && { originId: placement.originId }),
          ...(references.length > 0 && { references }),
          replaces: placement.replaces?.version,
        };
      }),
    outcome: {
      imported: placements.map((placement) => importedOf(placement, createNewCopies)),
      problems: problems.map((problem) => ({ ...problem, overwrite: overwritten.has(keyOf(problem)) })),
      warnings,
    },
  };
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

async function worldOf(
  spaceId: string,
  ids: readonly string[],
  { connectors, asker }: Pick<ImportDependencies, 'connectors' | 'asker'>,
): Promise<World> {
  const here = new Map<string, Existing>();
  for (const record of await connectors.list(spaceId)) {
    const { id, originId, name, version, updatedAt } = record;
    const forAsker = { isSeen: asker.sees(id), mayBeReplaced: asker.mayReplace(id) };
    here.set(id, { id, originId, name, version, updatedAt, ...forAsker });
  }
  const unknown = [...new Set(ids)].filter((id) => !here.has(id));
  const elsewhere = new Set((await connectors.spacesOf(unknown)).keys());
  return { here, elsewhere };
}
