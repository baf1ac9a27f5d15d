import { z } from 'zod';
import type { WholeConnector } from '../catalog/index.ts';
import { connectorSettings } from '../catalog/index.ts';
import { BadRequestError } from '../errors/index.ts';
import type { ConnectorAttributes } from './connector-attributes.ts';
import { CONNECTOR, readSavedObjects, type SavedObject } from './saved-object.ts';

/** What the first line of a file of whole connectors says. */
const HEADER = { patchbay: 'connectors', version: 1 };

const header = z.looseObject({ patchbay: z.literal('connectors'), version: z.int() });

/** A connector with its secrets and settings, as an object of a file, and read. */
export function wholeObject(whole: WholeConnector): { object: SavedObject; attributes: ConnectorAttributes } {
  const { id, typeId, name, config, secrets, isMissingSecrets, authMode, originId, references = [] } = whole;
  const attributes: ConnectorAttributes = {
    actionTypeId: typeId,
    name,
    config,
    secrets: secrets as Record<string, unknown>,
    isMissingSecrets,
    authMode,
  };
  return {
    object: {
      type: CONNECTOR,
      id,
      attributes: { ...attributes },
      references: [...references],
      originId,
      settings: whole.settings ?? null,
    },
    attributes,
  };
}

/** The lines of a file of whole connectors, in clear. */
export function wholeLines(connectors: readonly WholeConnector[]): string[] {
  return [HEADER, ...connectors.map((each) => wholeObject(each).object)].map((line) => JSON.stringify(line));
}

/** Throws `BadRequestError`, without a word of what is in it. */
export function readWholeObjects(lines: readonly unknown[], limit: number): SavedObject[] {
  const [first, ...objects] = lines;
  const { data, error } = header.safeParse(first);
  if (error !== undefined) throw new BadRequestError('The file is not one of connectors with their secrets');
  if (data.version > HEADER.version) {
    throw new BadRequestError(`The file was written by a newer version of Patchbay (${data.version})`);
  }
  return readSavedObjects(objects, limit).map((object, index) => ({
    ...object,
    settings: settingsIn(objects[index], object.id),
  }));
}

function settingsIn(line: unknown, id: string) {
  const { settings } = line as { settings?: unknown };
  if (settings === null || settings === undefined) return null;
  const { data, error } = connectorSettings.safeParse(settings);
  if (error === undefined) return data;
  const places = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new BadRequestError(`The settings of the connector "${id}" in the file: ${places.join('; ')}`);
}
