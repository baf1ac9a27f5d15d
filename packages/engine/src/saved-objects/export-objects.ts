import type { TypeRegistry } from '../catalog/index.ts';
import { BadRequestError } from '../errors/index.ts';
import type { ConnectorRecord, ConnectorStore, ObjectRef } from '../store/index.ts';
import type { Asker } from './asker.ts';
import { checkExportRequest, type ExportRequest } from './export-request.ts';
import { exportedConnector } from './exported-connector.ts';
import { CONNECTOR, keyOf } from './saved-object.ts';
import { stableJson } from './stable-json.ts';

export interface ExportDependencies {
  connectors: Pick<ConnectorStore, 'list'>;
  types: Pick<TypeRegistry, 'find'>;
  asker: Pick<Asker, 'sees'>;
  /** How many objects at most. */
  limit: number;
}

/** The lines of the file, each JSON with its keys in order. Throws `BadRequestError`. */
export async function exportObjects(
  spaceId: string,
  request: ExportRequest,
  { connectors, types, limit, asker }: ExportDependencies,
): Promise<string[]> {
  checkExportRequest(request, limit);
  const seen = (await connectors.list(spaceId)).filter(({ id }) => asker.sees(id));
  const all = new Map(seen.map((record) => [record.id, record]));
  const asked = request.objects.length > 0 ? byId(all, request.objects) : matching(all, request);
  const missing = new Map<string, ObjectRef>();
  const exported = withReferred(asked, all, request.includeReferencesDeep, missing);
  if (exported.length > limit) {
    throw new BadRequestError(
      `Can't export more than ${limit} objects. If your server has enough memory, this limit can be increased by adjusting the "savedObjects.maxImportExportSize" setting.`,
    );
  }
  const lines = exported.map((record) => stableJson(exportedConnector(record, typeOf(record, types))));
  if (request.excludeExportDetails) return lines;
  const details = {
    exportedCount: exported.length,
    missingRefCount: missing.size,
    missingReferences: [...missing.values()],
    excludedObjectsCount: 0,
    excludedObjects: [],
  };
  return [...lines, stableJson(details)];
}

type Connectors = ReadonlyMap<string, ConnectorRecord>;

function byId(all: Connectors, refs: readonly ObjectRef[]): ConnectorRecord[] {
  const missing = refs.filter(({ id }) => !all.has(id));
  if (missing.length > 0) {
    const objects = missing.map(({ type, id }) => ({
      id,
      type,
      error: { statusCode: 404, error: 'Not Found', message: `Saved object [${type}/${id}] not found` },
    }));
    throw new BadRequestError('Error fetching objects to export', { attributes: { objects } });
  }
  return [...new Set(refs.map(({ id }) => id))].flatMap((id) => all.get(id) ?? []);
}

function matching(all: Connectors, { hasReference, search }: ExportRequest): ConnectorRecord[] {
  const wanted = new Set(hasReference.map(keyOf));
  const words = (search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return [...all.values()].filter(
    ({ name, references = [] }) =>
      (wanted.size === 0 || references.some((ref) => wanted.has(keyOf(ref)))) &&
      (words.length === 0 || words.some((word) => hasWord(name.toLowerCase(), word))),
  );
}

function hasWord(text: string, word: string): boolean {
  const words = text.split(/[^\p{L}\p{N}_]+/u);
  const isBeginning = word.endsWith('*');
  const wanted = isBeginning ? word.slice(0, -1) : word;
  return words.some((each) => (isBeginning ? each.startsWith(wanted) : each === wanted)) || text === wanted;
}

/** Those asked for, each after what it refers to, which comes along where it is asked for too. */
function withReferred(
  asked: readonly ConnectorRecord[],
  all: Connectors,
  isDeep: boolean,
  missing: Map<string, ObjectRef>,
): ConnectorRecord[] {
  const wanted = new Set(asked);
  const exported = new Set<ConnectorRecord>();
  const seen = new Set<ConnectorRecord>();
  function add(record: ConnectorRecord): void {
    if (seen.has(record)) return;
    seen.add(record);
    for (const { type, id } of record.references ?? []) {
      const referred = type === CONNECTOR ? all.get(id) : undefined;
      if (referred !== undefined && (isDeep || wanted.has(referred))) add(referred);
      else if (referred === undefined && isDeep) missing.set(keyOf({ type, id }), { type, id });
    }
    exported.add(record);
  }
  for (const record of asked) add(record);
  return [...exported];
}

function typeOf(record: ConnectorRecord, types: Pick<TypeRegistry, 'find'>) {
  const type = types.find(record.typeId);
  if (type !== undefined) return type;
  throw new BadRequestError('Error transforming objects to export', {
    attributes: {
      objects: [{ type: CONNECTOR, id: record.id }],
      cause: `Action type "${record.typeId}" is not registered.`,
    },
  });
}
