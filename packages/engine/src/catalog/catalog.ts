import { randomUUID } from 'node:crypto';
import {
  type AuthMode,
  type ConnectorType,
  choosesAuthorizationCode,
  type Elasticsearch,
  type HookContext,
  type Logger,
  messageOf,
  type ValidationContext,
  ValidationError,
  validateConfig,
  validateConnector,
  validateSecrets,
} from '@patchbay/kit';
import type { Settings } from '../config/index.ts';
import { AnswerError, BadRequestError, ConflictError, NotFoundError } from '../errors/index.ts';
import type { ConnectorAccess, ConnectorRecord, ConnectorSettingsRecord, Store } from '../store/index.ts';
import { SecretReferenceError, type SecretReferences, type Vault, withReferences } from '../vault/index.ts';
import { type Connector, fromRecord, type ListedConnector } from './connector.ts';
import { OPEN_ACCESS, readPreconfiguredAccess } from './connector-access.ts';
import { createConnectorCache } from './connector-cache.ts';
import {
  type ConnectorSettings,
  ensureProxyAllowed,
  type OpenConnectorSettings,
  REFUSED_SETTINGS,
  settingName,
  settingsOpener,
} from './connector-settings.ts';
import { type DeliverySettings, NO_DELIVERY_SETTINGS, readDeliverySettings } from './delivery-settings.ts';
import { connectorDescriptor, settingsDescriptor } from './descriptors.ts';
import { inMemoryConnectors } from './in-memory.ts';
import { type PlacedConnector, placeConnectors } from './place-connectors.ts';
import { readPreconfiguredSettings } from './preconfigured-settings.ts';
import { standInProblem } from './stand-ins.ts';
import type { TypeRegistry } from './type-registry.ts';

export interface NewConnector {
  /** undefined: a generated UUID. */
  id: string | undefined;
  typeId: string;
  name: string;
  config: unknown;
  secrets: unknown;
  /** The profile of whose it is; left out: nobody's. */
  owner?: string | undefined;
}

/** A connector and its secrets as they were together, at one version. */
export interface ResolvedConnector {
  connector: Connector;
  /** The secrets as they were given, references not looked up. Throws `InternalError` when they do not open. */
  readSecrets(): unknown;
  /** The secrets in clear: not to be kept. Throws as `readSecrets`, and `SecretReferenceError`. */
  openSecrets(): unknown;
  /** How it connects, if it says so. Throws as `openSecrets`. */
  openSettings(): OpenConnectorSettings | undefined;
  /** How its deliveries are tried. There is no secret in it. */
  deliverySettings: DeliverySettings;
}

export interface UnsavedConnector extends Pick<NewConnector, 'typeId' | 'config' | 'secrets'> {
  settings?: ConnectorSettings | undefined;
}

/** Without its secrets, whose names are told. */
export interface ShownConnectorSettings {
  settings: Omit<ConnectorSettings, 'secrets'>;
  secretsSet: (keyof ConnectorSettings['secrets'])[];
}

/** As it is to be taken elsewhere: references to secrets that are kept elsewhere stay references. */
export interface WholeConnector extends Omit<ConnectorRecord, 'secrets'> {
  secrets: unknown;
  settings: ConnectorSettings | undefined;
}

/** A connector as it was loaded, with its settings and who may do what with it. */
interface Loaded {
  record: ConnectorRecord;
  settings: ConnectorSettingsRecord | undefined;
  access: ConnectorAccess | undefined;
}

/** All connectors behind one look-up: stored (in one space), preconfigured and system ones (in every space). */
export interface Catalog {
  readonly types: TypeRegistry;
  /** What the types' own checks may ask, on saving and before a run. */
  readonly validation: ValidationContext;
  create(spaceId: string, connector: NewConnector): Promise<Connector>;
  /** Replaces name, config and secrets as a whole. */
  update(
    spaceId: string,
    id: string,
    change: Pick<NewConnector, 'name' | 'config' | 'secrets'>,
  ): Promise<Connector>;
  /** Throws `NotFoundError`; system connectors are not shown either. */
  get(spaceId: string, id: string): Promise<Connector>;
  /** Sorted by name. */
  list(spaceId: string, options: { withSystem: boolean }): Promise<ListedConnector[]>;
  delete(spaceId: string, id: string): Promise<void>;
  /** Throws `NotFoundError`. */
  getSettings(spaceId: string, id: string): Promise<ShownConnectorSettings>;
  /** Replaces them as a whole. */
  putSettings(spaceId: string, id: string, settings: ConnectorSettings): Promise<ShownConnectorSettings>;
  deleteSettings(spaceId: string, id: string): Promise<void>;
  /**
   * Who may do what with the stored connectors of a space, by their ids, for those that say so; asked of the store each time.
   */
  accessIn(spaceId: string): Promise<Map<string, ConnectorAccess>>;
  /** Makes of it what `step` does, which may refuse to. Throws `NotFoundError`, and `BadRequestError` for one that is not stored. */
  changeAccess(
    spaceId: string,
    id: string,
    step: (access: ConnectorAccess) => ConnectorAccess,
  ): Promise<ConnectorAccess>;
  /** How the deliveries of a connector are tried, whichever its space; asked of the store each time. */
  deliverySettings(id: string): Promise<DeliverySettings>;
  /** What a run needs; undefined when there is no such connector. */
  resolve(spaceId: string, id: string): Promise<ResolvedConnector | undefined>;
  /**
   * A connector and its settings that are checked as on saving, and not stored. Its id and name are `_test`. Only a
   * reference that does not lead to a secret is told when it is opened.
   */
  unsaved(connector: UnsavedConnector): ResolvedConnector;
  /** A stored connector with all that is sealed of it. Throws `NotFoundError`, and `InternalError` for what does not open. */
  whole(spaceId: string, id: string): Promise<WholeConnector>;
  /** Of a connector that is not stored; it exists in every space. */
  inMemory(id: string): Connector | undefined;
  /**
   * Puts connectors that come from elsewhere in their places, all of them or none; false when one of the places is not as
   * it was said to be. Neither the types' checks nor their hooks are asked.
   */
  place(connectors: readonly PlacedConnector[]): Promise<boolean>;
  /** To be called when a space is gone. */
  forgetSpace(spaceId: string): void;
}

export interface CatalogOptions {
  types: TypeRegistry;
  store: Pick<
    Store,
    'connectors' | 'connectorSettings' | 'connectorAccess' | 'references' | 'changes' | 'transaction'
  >;
  vault: Vault;
  references: SecretReferences;
  validation: ValidationContext;
  /** For the types' hooks. */
  elasticsearch: Elasticsearch;
  preconfigured: Settings['xpack.actions.preconfigured'];
  /** Whether the alert-history connector is among them. */
  hasAlertHistory: boolean;
  /** Of preconfigured connectors, by id. */
  preconfiguredSettings: Settings['patchbay.connectorSettings'];
  /** Likewise. */
  preconfiguredAccess: Settings['patchbay.connectorAccess'];
  log: Logger;
  now(): Date;
}

/** A list does not wait longer for what stands elsewhere. */
const LISTING_TIMEOUT_MS = 5000;

export function createCatalog(options: CatalogOptions): Catalog {
  const { types, store, vault, references, validation, elasticsearch, log, now } = options;
  const cache = createConnectorCache<Loaded>(store.changes);
  const resolved = new WeakMap<Loaded, ResolvedConnector>();
  const inMemory = inMemoryConnectors({
    ...options,
    types: types.list({ withSystem: true }).map(({ type }) => type),
  });

  const isPreconfigured = (id: string) => inMemory.get(id)?.connector.origin === 'preconfigured';
  for (const [id, access] of readPreconfiguredAccess(options.preconfiguredAccess, isPreconfigured)) {
    const known = inMemory.get(id);
    if (known !== undefined) known.connector.access = access;
  }
  const isSystem = (id: string) => inMemory.get(id)?.connector.origin === 'system';
  const inMemorySettings = new Map(
    [
      ...readPreconfiguredSettings(options.preconfiguredSettings, {
        isPreconfigured,
        allowedHosts: validation.allowedHosts,
      }),
    ].map(([id, settings]) => {
      const nameOf = (path: readonly string[]) => [`patchbay.connectorSettings.${id}`, ...path].join('.');
      const delivery = readDeliverySettings(settings.delivery);
      return [id, { settings, delivery, open: settingsOpener(settings, references, nameOf) }];
    }),
  );
  const load = (spaceId: string, id: string) =>
    cache.get(spaceId, id, async () => {
      const [record, settings, access] = await Promise.all([
        store.connectors.get(spaceId, id),
        store.connectorSettings.get(id),
        store.connectorAccess.get(id),
      ]);
      return record && { record, settings, access };
    });

  async function getLoaded(spaceId: string, id: string): Promise<Loaded> {
    const loaded = await load(spaceId, id);
    if (loaded === undefined) throw notFound(id);
    return loaded;
  }

  const getRecord = async (spaceId: string, id: string) => (await getLoaded(spaceId, id)).record;

  /** The same object for as long as the connector does not change. */
  function resolvedOf(loaded: Loaded): ResolvedConnector {
    const known = resolved.get(loaded);
    if (known !== undefined) return known;
    const { record, settings, access } = loaded;
    const belongsTo = connectorDescriptor(record);
    const readSecrets = () => vault.open(belongsTo, record.secrets);
    let openSettings: (() => OpenConnectorSettings) | undefined;
    const fresh: ResolvedConnector = {
      connector: fromRecord(record, access),
      readSecrets,
      openSecrets: () => references.resolve(readSecrets(), secretName),
      openSettings() {
        // Unsealed once: its connections, which are kept open, hold what it says anyway.
        openSettings ??= settings && openerOf(unsealSettings(record.spaceId, settings));
        return openSettings?.();
      },
      deliverySettings: deliveryOf(settings),
    };
    resolved.set(loaded, fresh);
    return fresh;
  }

  function unsealSettings(spaceId: string, record: ConnectorSettingsRecord): ConnectorSettings {
    const secrets = vault.open(
      settingsDescriptor(spaceId, record.connectorId, record.settings),
      record.secrets,
    );
    return { ...record.settings, secrets: secrets as ConnectorSettings['secrets'] };
  }

  const openerOf = (settings: ConnectorSettings) =>
    settingsOpener(settings, references, (path) => `settings.${settingName(path)}`);

  async function deliverySettings(id: string): Promise<DeliverySettings> {
    if (inMemory.has(id)) return inMemorySettings.get(id)?.delivery ?? NO_DELIVERY_SETTINGS;
    return deliveryOf(await store.connectorSettings.get(id));
  }

  /** Throws `BadRequestError` when what is to stand in for a connector cannot, or would lead back to it. */
  async function ensureStandIns(
    { spaceId, id, typeId }: ConnectorRecord,
    settings: DeliverySettings,
  ): Promise<void> {
    const problem = await standInProblem(
      { id, typeId, settings },
      {
        find: async (other) => inMemory.get(other)?.connector ?? (await load(spaceId, other))?.record,
        isSystem,
        takesText: (other) => types.find(other)?.noticeParams !== undefined,
        settingsOf: deliverySettings,
      },
    );
    if (problem !== undefined) throw new BadRequestError(`${REFUSED_SETTINGS}: ${problem}`);
  }

  /** Validated config and secrets of a connector whose type is allowed. */
  function check(type: ConnectorType, given: { config: unknown; secrets: unknown }) {
    const config = validateConfig(type, given.config, validation) as Record<string, unknown>;
    const secrets = validateSecrets(type, references.resolve(given.secrets, secretName), validation);
    validateConnector(type, { config, secrets, givenSecrets: given.secrets }, validation);
    types.ensureEnabled(type);
    return { config, secrets };
  }

  /** Of a connector about to be saved; of its secrets also what is stored: references stay references. */
  function checkToSave(type: ConnectorType, given: { config: unknown; secrets: unknown }) {
    const { config, secrets } = refusing(() => check(type, given));
    return { config, secrets, stored: withReferences(given.secrets, secrets) };
  }

  /** Of a connector about to be run once. A reference that does not lead to a secret is a failure of the run. */
  function checkToRun(type: ConnectorType, given: { config: unknown; secrets: unknown }) {
    return refusing(() => {
      try {
        const { config, secrets } = check(type, given);
        return { config, openSecrets: () => secrets };
      } catch (error) {
        if (!(error instanceof SecretReferenceError)) throw error;
        types.ensureEnabled(type);
        const config = validateConfig(type, given.config, validation) as Record<string, unknown>;
        return {
          config,
          openSecrets() {
            throw error;
          },
        };
      }
    });
  }

  /** Runs `save` between the type's hooks. */
  async function saveWithHooks<T>(
    type: ConnectorType,
    hook: HookContext,
    save: () => Promise<T>,
  ): Promise<T> {
    try {
      await type.hooks?.preSave?.(hook);
    } catch (error) {
      // What a type says against saving is the answer.
      throw error instanceof AnswerError ? error : new BadRequestError(messageOf(error), { cause: error });
    }
    let wasSuccessful = false;
    try {
      const saved = await save();
      wasSuccessful = true;
      return saved;
    } finally {
      await quietly(`postSave of ${hook.connectorId}`, () =>
        type.hooks?.postSave?.({ ...hook, wasSuccessful }),
      );
    }
  }

  /** Without the preconfigured ones that stand for something which is not there. */
  async function existing(connectors: Connector[]): Promise<Connector[]> {
    const missing = new Set<Connector>();
    const ask = async (type: ConnectorType) => {
      const own = connectors.filter(({ typeId, origin }) => typeId === type.id && origin === 'preconfigured');
      if (own.length === 0 || type.hooks?.whichExist === undefined) return;
      const context = { elasticsearch, signal: AbortSignal.timeout(LISTING_TIMEOUT_MS) };
      const answers = await type.hooks.whichExist(
        own.map(({ config }) => config),
        context,
      );
      for (const [index, connector] of own.entries()) if (answers[index] === false) missing.add(connector);
    };
    for (const typeId of new Set(connectors.map(({ typeId }) => typeId))) {
      const type = types.find(typeId);
      if (type !== undefined) {
        await ask(type).catch((error) =>
          log.debug(`which connectors of ${typeId} exist could not be asked: ${messageOf(error)}`),
        );
      }
    }
    return connectors.filter((connector) => !missing.has(connector));
  }

  async function quietly(what: string, run: () => Promise<void> | undefined): Promise<void> {
    try {
      await run();
    } catch (error) {
      log.error(`${what} failed: ${messageOf(error)}`);
    }
  }

  return {
    types,
    validation,

    async create(spaceId, { id = randomUUID(), typeId, name, owner, ...given }) {
      if (types.isSystem(typeId) || isSystem(id)) {
        throw new BadRequestError(`System action creation is forbidden. Action type: ${typeId}.`);
      }
      if (inMemory.has(id)) throw new BadRequestError(`This ${id} already exists in a preconfigured action.`);
      const type = types.get(typeId);
      const { config, secrets, stored } = checkToSave(type, given);
      return saveWithHooks(
        type,
        { connectorId: id, config, secrets, log, elasticsearch, isUpdate: false },
        async () => {
          const timestamp = now().toISOString();
          const record: ConnectorRecord = {
            id,
            spaceId,
            typeId,
            name,
            config,
            secrets: vault.seal(
              connectorDescriptor({ id, spaceId, typeId, config, isMissingSecrets: false }),
              stored,
            ),
            isMissingSecrets: false,
            authMode: authModeOf(type, { config, secrets }),
            version: 1,
            createdAt: timestamp,
            updatedAt: timestamp,
          };
          const access = owner === undefined ? undefined : { ...OPEN_ACCESS, owner };
          const isCreated = await store.transaction(async (tx) => {
            if (!(await tx.connectors.create(record))) return false;
            if (access !== undefined) await tx.connectorAccess.change(spaceId, id, () => access);
            return true;
          });
          if (!isCreated) throw new ConflictError(`Saved object [action/${id}] conflict`);
          cache.forget(id);
          return fromRecord(record, access);
        },
      );
    },

    async update(spaceId, id, { name, ...given }) {
      refuseInMemory(id, (what) => `${what} action ${id} can not be updated.`);
      const { record: existing, access } = await getLoaded(spaceId, id);
      const type = types.get(existing.typeId);
      ensureSameAuthMode(existing, type, given);
      const { config, secrets, stored } = checkToSave(type, given);
      return saveWithHooks(
        type,
        { connectorId: id, config, secrets, log, elasticsearch, isUpdate: true },
        async () => {
          const record = {
            ...existing,
            name,
            config,
            secrets: vault.seal(
              connectorDescriptor({ ...existing, config, isMissingSecrets: false }),
              stored,
            ),
            isMissingSecrets: false,
            updatedAt: now().toISOString(),
          };
          const isUpdated = await store.connectors.update(record);
          cache.forget(id);
          if (!isUpdated) throw new ConflictError(`Saved object [action/${id}] conflict`);
          return { ...fromRecord(record, access), version: record.version + 1 };
        },
      );
    },

    async get(spaceId, id) {
      const known = inMemory.get(id)?.connector;
      if (known?.origin === 'system') throw new NotFoundError(`Connector ${id} not found`);
      if (known !== undefined) return known;
      const { record, access } = await getLoaded(spaceId, id);
      return fromRecord(record, access);
    },

    async list(spaceId, { withSystem }) {
      const [records, accesses, references, unstored] = await Promise.all([
        store.connectors.list(spaceId),
        store.connectorAccess.list(spaceId),
        store.references.countByTarget(spaceId, 'action'),
        existing([...inMemory.values()].map(({ connector }) => connector)),
      ]);
      return [...records.map((record) => fromRecord(record, accesses.get(record.id))), ...unstored]
        .filter(({ origin }) => withSystem || origin !== 'system')
        .map((connector) => ({
          ...connector,
          referencedByCount: connector.origin === 'stored' ? (references.get(connector.id) ?? 0) : 0,
        }))
        .sort((a, b) => a.name.localeCompare(b.name));
    },

    async delete(spaceId, id) {
      refuseInMemory(id, (what) => `${what} action ${id} is not allowed to delete.`);
      const { typeId, config, references } = await getRecord(spaceId, id);
      const isDeleted = await store.transaction(async (tx) => {
        if (!(await tx.connectors.delete(spaceId, id))) return false;
        if (references !== undefined) await tx.references.replace(spaceId, { type: 'action', id }, []);
        return true;
      });
      cache.forget(id);
      if (!isDeleted) throw notFound(id);
      await quietly(`postDelete of ${id}`, () =>
        types
          .find(typeId)
          ?.hooks?.postDelete?.({ connectorId: id, config, log, elasticsearch, isUpdate: false }),
      );
    },

    async getSettings(spaceId, id) {
      const known = inMemory.get(id)?.connector;
      if (known?.origin === 'system') throw new NotFoundError(`Connector ${id} not found`);
      if (known !== undefined) return shownSettings(inMemorySettings.get(id)?.settings ?? { secrets: {} });
      const { settings } = await getLoaded(spaceId, id);
      return shownSettings(settings === undefined ? { secrets: {} } : unsealSettings(spaceId, settings));
    },

    async putSettings(spaceId, id, given) {
      refuseInMemory(id, (what) => `${what} action ${id} can not be updated.`);
      const record = await getRecord(spaceId, id);
      ensureProxyAllowed(given, validation.allowedHosts);
      await ensureStandIns(record, readDeliverySettings(given.delivery));
      refusing(settingsOpener(given, references, (path) => `${REFUSED_SETTINGS}: ${settingName(path)}`));
      const { secrets, ...settings } = given;
      const sealed = vault.seal(settingsDescriptor(spaceId, id, settings), secrets);
      const isSaved = await store.connectorSettings.put(spaceId, {
        connectorId: id,
        settings,
        secrets: sealed,
      });
      cache.forget(id);
      if (!isSaved) throw notFound(id);
      return shownSettings(given);
    },

    async deleteSettings(spaceId, id) {
      refuseInMemory(id, (what) => `${what} action ${id} can not be updated.`);
      await getRecord(spaceId, id);
      await store.connectorSettings.delete(id);
      cache.forget(id);
    },

    accessIn: (spaceId) => store.connectorAccess.list(spaceId),

    async changeAccess(spaceId, id, step) {
      refuseInMemory(id, (what) => `${what} action ${id} can not be updated.`);
      const access = await store.connectorAccess.change(spaceId, id, (before) => step(before ?? OPEN_ACCESS));
      cache.forget(id);
      if (access === undefined) throw notFound(id);
      return access;
    },

    deliverySettings,

    async resolve(spaceId, id) {
      const known = inMemory.get(id);
      if (known !== undefined) {
        return {
          connector: known.connector,
          readSecrets: () => known.secrets,
          openSecrets: () => references.resolve(known.secrets, secretName),
          openSettings: () => inMemorySettings.get(id)?.open(),
          deliverySettings: inMemorySettings.get(id)?.delivery ?? NO_DELIVERY_SETTINGS,
        };
      }
      const loaded = cache.known(spaceId, id) ?? (await load(spaceId, id));
      return loaded && resolvedOf(loaded);
    },

    unsaved({ typeId, settings, ...given }) {
      if (types.isSystem(typeId))
        throw new BadRequestError(`System action creation is forbidden. Action type: ${typeId}.`);
      const { config, openSecrets } = checkToRun(types.get(typeId), given);
      if (settings !== undefined) ensureProxyAllowed(settings, validation.allowedHosts);
      return {
        connector: unsavedConnector(typeId, config),
        readSecrets: () => given.secrets,
        openSecrets,
        openSettings: () => settings && openerOf(settings)(),
        deliverySettings: NO_DELIVERY_SETTINGS,
      };
    },

    async whole(spaceId, id) {
      refuseInMemory(id, (what) => `${what} action ${id} is in every space, and in no other installation.`);
      const { record, settings } = await getLoaded(spaceId, id);
      return {
        ...record,
        secrets: vault.open(connectorDescriptor(record), record.secrets),
        settings: settings && unsealSettings(spaceId, settings),
      };
    },

    inMemory: (id) => inMemory.get(id)?.connector,

    async place(connectors) {
      try {
        return await placeConnectors(connectors, { store, vault, now });
      } finally {
        for (const { id } of connectors) cache.forget(id);
      }
    },

    forgetSpace: (spaceId) => cache.forgetSpace(spaceId),
  };

  function refuseInMemory(id: string, message: (what: 'System' | 'Preconfigured') => string): void {
    const origin = inMemory.get(id)?.connector.origin;
    if (origin !== undefined)
      throw new BadRequestError(message(origin === 'system' ? 'System' : 'Preconfigured'));
  }
}

/** What the store holds was checked when it was put there. */
function deliveryOf(record: ConnectorSettingsRecord | undefined): DeliverySettings {
  return readDeliverySettings(record?.settings.delivery as ConnectorSettings['delivery']);
}

const secretName = (path: readonly string[]) => ['secrets', ...path].join('.');

/** What `check` gives; what it has against what was given is the answer to the caller. */
function refusing<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof ValidationError || error instanceof SecretReferenceError
      ? new BadRequestError(error.message, { cause: error })
      : error;
  }
}

function shownSettings({ secrets, ...settings }: ConnectorSettings): ShownConnectorSettings {
  return { settings, secretsSet: Object.keys(secrets) as ShownConnectorSettings['secretsSet'] };
}

/** Whose consent a connector acts by: fixed when it is made, since the tokens of one are not the other's. */
function authModeOf(type: ConnectorType, given: { config: unknown; secrets: unknown }): AuthMode {
  const { authorizationCode } = type;
  if (authorizationCode === undefined || !choosesAuthorizationCode(given)) return 'shared';
  return authorizationCode.authMode ?? 'shared';
}

/** Asked before the new config is validated, as in the reference. */
function ensureSameAuthMode(
  { id, authMode }: ConnectorRecord,
  type: ConnectorType,
  given: { config: unknown; secrets: unknown },
): void {
  const parsed = type.config.safeParse(given.config);
  const next = authModeOf(type, { ...given, config: parsed.success ? parsed.data : given.config });
  if (next === authMode) return;
  throw new BadRequestError(
    authMode === 'per-user'
      ? `Authentication type cannot be changed for per-user connectors. Connector: ${id}.`
      : `Authentication type cannot be changed to a per-user type for shared connectors. Connector: ${id}.`,
  );
}

function unsavedConnector(typeId: string, config: Record<string, unknown>): Connector {
  return {
    id: '_test',
    name: '_test',
    typeId,
    config,
    origin: 'stored',
    isMissingSecrets: false,
    authMode: 'shared',
    exposesConfig: true,
    version: 0,
    access: undefined,
  };
}

function notFound(id: string): NotFoundError {
  return new NotFoundError(`Saved object [action/${id}] not found`);
}
