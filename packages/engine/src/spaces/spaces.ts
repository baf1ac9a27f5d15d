import { BadRequestError, ConflictError, NotFoundError } from '../errors/index.ts';
import { type ChangeFeed, keepRecords, type SpaceRecord, type SpaceStore } from '../store/index.ts';

export const DEFAULT_SPACE_ID = 'default';

export interface Space {
  id: string;
  name: string;
  description?: string;
  initials?: string;
  color?: string;
  imageUrl?: string;
  disabledFeatures: string[];
  solution?: string;
  isReserved: boolean;
}

/** Spaces, held in memory: every request asks whether its space exists. */
export interface Spaces {
  /** Sees to it that what other processes have changed is seen from here on. Rejects when the store does not answer. */
  refresh(): Promise<void>;
  has(id: string): boolean;
  /** Throws `NotFoundError`. */
  get(id: string): Space;
  /** Sorted by name. */
  list(): Space[];
  create(space: Omit<Space, 'isReserved'>): Promise<Space>;
  update(id: string, space: Omit<Space, 'isReserved'>): Promise<Space>;
  /** Deletes the space and everything in it. */
  delete(id: string): Promise<void>;
}

export interface SpacesOptions {
  store: SpaceStore;
  changes: ChangeFeed;
  maxSpaces: number;
  /** Told after a space and everything in it is gone. */
  onDeleted?: (id: string) => void;
}

/** Loads the spaces; makes the default one on the first start. */
export async function createSpaces({
  store,
  changes,
  maxSpaces,
  onDeleted = () => {},
}: SpacesOptions): Promise<Spaces> {
  const fallback: Space = {
    id: DEFAULT_SPACE_ID,
    name: 'Default',
    description: 'This is your default space!',
    color: '#00bfb3',
    disabledFeatures: [],
    isReserved: true,
  };
  await store.create(toRecord(fallback));
  const load = async () => new Map((await store.list()).map((record) => [record.id, fromRecord(record)]));
  const kept = await keepRecords(load, changes, 'spaces');

  const get = (id: string): Space => {
    const space = kept.records.get(id);
    if (space === undefined) throw new NotFoundError('Not Found');
    return space;
  };

  return {
    refresh: kept.refresh,
    has: (id) => kept.records.has(id),
    get,
    list: () => [...kept.records.values()].sort((a, b) => a.name.localeCompare(b.name)),
    async create(given) {
      const space: Space = { ...given, name: given.name.trim(), isReserved: false };
      const taken = () => new ConflictError(`A space with the identifier ${space.id} already exists.`);
      if (kept.records.has(space.id)) throw taken();
      if (kept.records.size >= maxSpaces) {
        throw new BadRequestError(
          'Unable to create Space, this exceeds the maximum number of spaces set by the xpack.spaces.maxSpaces setting',
        );
      }
      if (!(await store.create(toRecord(space)))) throw taken();
      kept.records.set(space.id, space);
      kept.changed();
      return space;
    },
    async update(id, given) {
      const space: Space = { ...given, id, name: given.name.trim(), isReserved: get(id).isReserved };
      if (!(await store.update(toRecord(space)))) throw new NotFoundError('Not Found');
      kept.records.set(id, space);
      kept.changed();
      return space;
    },
    async delete(id) {
      if (get(id).isReserved)
        throw new BadRequestError(`The ${id} space cannot be deleted because it is reserved.`);
      await store.delete(id);
      kept.records.delete(id);
      kept.changed();
      onDeleted(id);
    },
  };
}

function toRecord({ id, isReserved, ...attributes }: Space): SpaceRecord {
  return { id, reserved: isReserved, attributes };
}

function fromRecord({ id, reserved, attributes }: SpaceRecord): Space {
  return { ...(attributes as Omit<Space, 'id' | 'isReserved'>), id, isReserved: reserved };
}
