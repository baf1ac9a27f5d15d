import { BadRequestError } from '../errors/index.ts';
import type { ObjectRef } from '../store/index.ts';
import { CONNECTOR, keyOf } from './saved-object.ts';

/** Which objects of a space are exported: all of some types, or some. */
export interface ExportRequest {
  types: readonly string[];
  objects: readonly ObjectRef[];
  /** Those of the types that refer to one of these. */
  hasReference: readonly ObjectRef[];
  /** Those of the types whose name has one of these words; `word*` is how it may begin. */
  search: string | undefined;
  includeReferencesDeep: boolean;
  excludeExportDetails: boolean;
}

/** Throws `BadRequestError` for what cannot be asked for together, or cannot be exported. */
export function checkExportRequest(
  { types, objects, hasReference, search }: ExportRequest,
  limit: number,
): void {
  const refuse = (message: string): never => {
    throw new BadRequestError(message);
  };
  if (types.length === 0 && objects.length === 0) refuse('Either `type` or `objects` are required.');
  if (types.length > 0 && objects.length > 0)
    refuse(`Can't specify both "types" and "objects" properties when exporting`);
  if (objects.length === 0) {
    const others = types.filter((type) => type !== CONNECTOR);
    if (others.length > 0) refuse(`Trying to export non-exportable type(s): ${others.join(', ')}`);
    return;
  }
  if (objects.length > limit) refuse(`Can't export more than ${limit} objects`);
  if (search !== undefined) refuse(`Can't specify both "search" and "objects" properties when exporting`);
  if (hasReference.length > 0)
    refuse(`Can't specify both "references" and "objects" properties when exporting`);
  const others = objects.filter(({ type }) => type !== CONNECTOR);
  if (others.length > 0)
    refuse(`Trying to export object(s) with non-exportable types: ${others.map(keyOf).join(', ')}`);
}
