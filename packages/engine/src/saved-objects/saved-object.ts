import { z } from 'zod';
import type { ConnectorSettings } from '../catalog/index.ts';
import { BadRequestError } from '../errors/index.ts';
import type { NamedRef } from '../store/index.ts';

/** The one type of saved object that is here. */
export const CONNECTOR = 'action';

/** A saved object as it is in a file, in the words of the reference. */
export interface SavedObject {
  type: string;
  id: string;
  attributes: Record<string, unknown>;
  references: NamedRef[];
  originId?: string | undefined;
  /** How the connector connects, where it comes as a whole: null for one that says nothing of it. Left out: unknown. */
  settings?: ConnectorSettings | null | undefined;
}

const reference = z.object({ name: z.string().default(''), type: z.string(), id: z.string() });

/** Whatever else a version of the reference writes into a line is not looked at. */
const savedObject = z.object({
  type: z.string().min(1),
  id: z.string().min(1),
  attributes: z.record(z.string(), z.unknown()).default({}),
  references: z.array(reference).default([]),
  originId: z.string().optional(),
});

/** The objects of a file's lines, without the line that tells what was exported. Throws `BadRequestError`. */
export function readSavedObjects(lines: readonly unknown[], limit: number): SavedObject[] {
  const objects: SavedObject[] = [];
  for (const [index, line] of lines.entries()) {
    if (isExportDetails(line)) continue;
    if (objects.length === limit) throw new BadRequestError(`Can't import more than ${limit} objects`);
    const { data, error } = savedObject.safeParse(line);
    if (error !== undefined) {
      const [issue] = error.issues;
      const place = issue?.path.length ? `${issue.path.join('.')}: ` : '';
      throw new BadRequestError(
        `Object ${index + 1} of the file is no saved object: ${place}${issue?.message}`,
      );
    }
    objects.push(data);
  }
  const twice = repeated(objects.map(keyOf));
  if (twice.length > 0) throw new BadRequestError(`Non-unique import objects detected: [${twice.join()}]`);
  return objects;
}

function isExportDetails(line: unknown): boolean {
  return typeof line === 'object' && line !== null && 'exportedCount' in line && !('type' in line);
}

/** What an object is told apart by. */
export function keyOf({ type, id }: { type: string; id: string }): string {
  return `${type}:${id}`;
}

/** Those that are there more than once, each once. */
export function repeated(keys: readonly string[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const key of keys) (seen.has(key) ? twice : seen).add(key);
  return [...twice];
}

/** What people see an object as. */
export function titleOf({ type, attributes }: Pick<SavedObject, 'type' | 'attributes'>): string | undefined {
  if (type === CONNECTOR) return connectorTitle(String(attributes.name));
  return typeof attributes.title === 'string' ? attributes.title : undefined;
}

export function connectorTitle(name: string): string {
  return `Connector: [${name}]`;
}
