import type { ConnectorType } from '@patchbay/kit';
import { BadRequestError, ForbiddenError } from '../errors/index.ts';
import { ensureTypeLicensed, type License, licenseState } from '../licensing/index.ts';
import type { Connector } from './connector.ts';

/** A type with what the configuration and the licence say of it. */
export interface TypeState {
  type: ConnectorType;
  isEnabledInConfig: boolean;
  isEnabledInLicense: boolean;
}

export interface TypeRegistry {
  find(id: string): ConnectorType | undefined;
  /** Throws `BadRequestError`. */
  get(id: string): ConnectorType;
  isSystem(id: string): boolean;
  /** In the order of registration. */
  list(filter: { featureId?: string | undefined; withSystem: boolean }): TypeState[];
  /** Throws `ForbiddenError` when the configuration, then the licence, does not allow the type. */
  ensureEnabled(type: ConnectorType): void;
  /**
   * The type of a connector that is to run. Throws as `get` and `ensureEnabled`; for a connector that the configuration itself
   * brings only the licence is asked.
   */
  runnable(connector: Pick<Connector, 'typeId' | 'origin'>): ConnectorType;
}

export interface TypeRegistryOptions {
  types: readonly ConnectorType[];
  /** `xpack.actions.enabledActionTypes`. */
  enabledTypes: readonly string[];
  license: License;
}

export function createTypeRegistry({ types, enabledTypes, license }: TypeRegistryOptions): TypeRegistry {
  const byId = new Map<string, ConnectorType>();
  for (const type of types) {
    if (byId.has(type.id)) throw new TypeError(`connector type "${type.id}" is registered twice`);
    byId.set(type.id, type);
  }
  const isEnabledInConfig = (id: string) => enabledTypes.includes('*') || enabledTypes.includes(id);
  const ensureLicensed = (type: ConnectorType) => ensureTypeLicensed(license, type.id, type.minimumLicense);

  function get(id: string): ConnectorType {
    const type = byId.get(id);
    if (type === undefined) throw new BadRequestError(`Action type "${id}" is not registered.`);
    return type;
  }

  function ensureEnabled(type: ConnectorType): void {
    if (!isEnabledInConfig(type.id)) {
      throw new ForbiddenError(
        `action type "${type.id}" is not enabled in the Kibana config xpack.actions.enabledActionTypes`,
      );
    }
    ensureLicensed(type);
  }

  return {
    find: (id) => byId.get(id),
    get,
    isSystem: (id) => byId.get(id)?.isSystemActionType === true,
    list: ({ featureId, withSystem }) =>
      types
        .filter((type) => withSystem || type.isSystemActionType !== true)
        .filter((type) => featureId === undefined || type.features.some((feature) => feature === featureId))
        .map((type) => ({
          type,
          isEnabledInConfig: isEnabledInConfig(type.id),
          isEnabledInLicense: licenseState(license, type.minimumLicense) === 'valid',
        })),
    ensureEnabled,
    runnable({ typeId, origin }) {
      const type = get(typeId);
      if (origin === 'stored') ensureEnabled(type);
      else ensureLicensed(type);
      return type;
    },
  };
}
