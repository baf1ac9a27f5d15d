import type { Catalog, PlacedConnector } from '../catalog/index.ts';
import { ConflictError } from '../errors/index.ts';
import type { ConnectorStore } from '../store/index.ts';
import type { Asker } from './asker.ts';
import type { ConnectorAttributes } from './connector-attributes.ts';
import type { Places } from './find-places.ts';
import { type ImportProblem, keysOf } from './import-problem.ts';
import { importRemarks } from './import-warnings.ts';
import type { Existing, Placement, World } from './placement.ts';
import { byOrigin, leadBy, missingReferences } from './references.ts';
import { CONNECTOR, keyOf, type SavedObject } from './saved-object.ts';
import { standInsOf, withStandIns } from './stand-ins.ts';

/** Connectors by their objects: what one space is to get. */
export interface Part {
  spaceId: string;
  asker: Asker;
  connectors: ReadonlyMap<SavedObject, ConnectorAttributes>;
  /** What came with them, and is none, or cannot be one here. */
  refused: readonly ImportProblem[];
  /** The ids that matter. */
  ids: readonly string[];
  /** Whether an object with this id has to get another one, as if another space had it. */
  needsNewId(id: string): boolean;
  ignoresMissingReferences(object: SavedObject): boolean;
  places(objects: readonly SavedObject[], world: World): Places;
}

/** What came of a part, or would. */
export interface Brought {
  placements: Placement[];
  problems: (ImportProblem & { overwrite: boolean })[];
  warnings: string[];
}

export interface BringingDependencies {
  catalog: Pick<Catalog, 'place' | 'inMemory' | 'types'>;
  connectors: Pick<ConnectorStore, 'list' | 'spacesOf'>;
}

type Placed = Omit<PlacedConnector, 'spaceId' | 'owner'>;

/** Others may take a place while it is being decided on: then it is decided anew. */
const MAX_ATTEMPTS = 5;

/** Brings all parts into their spaces at once, or, where a problem holds it up, none of them. Throws `ConflictError`. */
export async function bring(
  parts: readonly Part[],
  isHeldUpBy: (problem: ImportProblem) => boolean,
  dependencies: BringingDependencies,
): Promise<Brought[]> {
  const { catalog, connectors } = dependencies;
  for (let attempt = 1; ; attempt++) {
    const decided: { placed: PlacedConnector[]; brought: Brought }[] = [];
    for (const part of parts) {
      const { spaceId, asker } = part;
      const { placed, brought } = decide(part, await worldOf(part, connectors), catalog);
      decided.push({ placed: placed.map((each) => ({ ...each, spaceId, owner: asker.owner })), brought });
    }
    const all = decided.map(({ brought }) => brought);
    const placed = decided.flatMap((each) => each.placed);
    if (placed.length === 0 || all.some(({ problems }) => problems.some(isHeldUpBy))) return all;
    if (await catalog.place(placed)) return all;
    if (attempt === MAX_ATTEMPTS) {
      throw new ConflictError(
        'The connectors were changed by somebody else meanwhile. Nothing was imported.',
      );
    }
  }
}

async function worldOf(
  { spaceId, ids, asker, needsNewId }: Part,
  connectors: BringingDependencies['connectors'],
): Promise<World> {
  const here = new Map<string, Existing>();
  for (const record of await connectors.list(spaceId)) {
    const { id, originId, name, version, updatedAt } = record;
    const forAsker = {
      isSeen: asker.sees(id),
      mayBeReplaced: asker.mayReplace(id),
      mayBeUsed: asker.mayUse(id),
    };
    here.set(id, { id, originId, name, version, updatedAt, ...forAsker });
  }
  const unknown = [...new Set(ids)].filter((id) => !here.has(id));
  const taken = (await connectors.spacesOf(unknown)).keys();
  return { here, elsewhere: new Set([...taken, ...unknown.filter(needsNewId)]) };
}

function decide(
  part: Part,
  world: World,
  catalog: Pick<Catalog, 'inMemory'>,
): { placed: Placed[]; brought: Brought } {
  const objects = [...part.connectors.keys()];
  const { placements: found, problems: inTheWay } = part.places(objects, world);
  const problems = [...part.refused, ...missing(part, world, catalog), ...inTheWay];
  const failing = keysOf(problems);
  const placements = found.filter(({ object }) => !failing.has(keyOf(object)));
  const attributesOf = ({ object }: Placement) => part.connectors.get(object) as ConnectorAttributes;
  const { warnings, notKept } = importRemarks(placements, {
    isPreconfigured: (id) => catalog.inMemory(id) !== undefined,
    isMissingSecrets: (placement) => attributesOf(placement).isMissingSecrets,
  });
  const overwritten = new Set(
    found.flatMap(({ object, replaces }) => (replaces === undefined ? [] : [keyOf(object)])),
  );
  const lead = leadBy(placements, byOrigin(world));
  return {
    placed: placements
      .filter(({ id }) => !notKept.has(id))
      .map((placement) => {
        const { actionTypeId, ...attributes } = attributesOf(placement);
        const { references, settings } = placement.object;
        const led = references.map((ref) => ({ ...ref, id: lead(ref) }));
        return {
          ...attributes,
          id: placement.id,
          typeId: actionTypeId,
          ...(placement.originId !== undefined && { originId: placement.originId }),
          ...(led.length > 0 && { references: led }),
          settings: settings && withStandIns(settings, (id) => lead({ type: CONNECTOR, id })),
          replaces: placement.replaces?.version,
        };
      }),
    brought: {
      placements,
      problems: problems.map((problem) => ({ ...problem, overwrite: overwritten.has(keyOf(problem)) })),
      warnings,
    },
  };
}

/** References that lead nowhere, those of settings to other connectors too: these must be there for whoever brings them to run. */
function missing(
  { connectors, ignoresMissingReferences, asker }: Part,
  world: World,
  catalog: Pick<Catalog, 'inMemory'>,
): ImportProblem[] {
  const objects = [...connectors.keys()];
  const brought = new Set(objects.map(keyOf));
  const copyOf = byOrigin(world);
  const isBrought = (ref: { type: string; id: string }) =>
    brought.has(keyOf(ref)) || copyOf(ref) !== undefined;
  return [
    ...missingReferences(
      objects,
      ({ references }) => references,
      (ref) =>
        isBrought(ref) ||
        (ref.type === CONNECTOR &&
          (world.here.get(ref.id)?.isSeen === true || catalog.inMemory(ref.id) !== undefined)),
      ignoresMissingReferences,
    ),
    ...missingReferences(
      objects,
      standInsOf,
      (ref) =>
        isBrought(ref) ||
        world.here.get(ref.id)?.mayBeUsed === true ||
        (catalog.inMemory(ref.id)?.origin === 'preconfigured' && asker.mayUse(ref.id)),
      () => false,
    ),
  ];
}
