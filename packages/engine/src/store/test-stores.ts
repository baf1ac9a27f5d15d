import fc from 'fast-check';
import type { StoreAddress } from './address.ts';
import { openStore } from './open.ts';
import type { Store } from './ports.ts';

const at = '2026-01-01T00:00:00.000Z';

/** Fills a store with rows of most kinds, with texts that databases trip over. */
export async function fillStore(store: Store, connectors: number): Promise<void> {
  for (const id of ['default', 'other'])
    await store.spaces.create({ id, reserved: false, attributes: { n: 'ä\0' } });
  const [config] = fc.sample(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), {
    seed: 7,
    numRuns: 1,
  });
  for (let n = 0; n < connectors; n++) {
    await store.connectors.create({
      id: `c${n}\uffff\0`,
      spaceId: n % 2 === 0 ? 'default' : 'other',
      typeId: '.webhook',
      name: `Hook \u{1f600} ${n}`,
      config: config ?? {},
      secrets: `sealed ${n}`,
      isMissingSecrets: false,
      authMode: 'shared',
      version: 1,
      createdAt: at,
      updatedAt: at,
    });
  }
  await store.connectorSettings.put('default', {
    connectorId: 'c0\uffff\0',
    settings: {},
    secrets: 'sealed',
  });
  await store.users.put({
    username: 'ann',
    passwordHash: 'h',
    roles: ['a'],
    fullName: null,
    email: 'a\0',
    enabled: true,
    profileUid: 'u',
  });
  await store.meta.set('name', 'value');
  await store.references.replace('default', { type: 'alert', id: '1' }, [{ type: 'action', id: 'c0' }]);
  const event = {
    timestamp: at,
    action: 'execute',
    spaceId: 'default',
    connectorId: 'c',
    typeId: '.webhook',
    executionUuid: 'e',
    outcome: null,
    source: 'http_request',
    durationMs: null,
    deliveryId: null,
    attempt: null,
  };
  await store.events.append(
    Array.from({ length: 600 }, (_, n) => ({ ...event, document: Buffer.from(`{"n":${n}}`) })),
  );
}

/** Opens a store for some work, and closes it. */
export async function usingStore<T>(where: StoreAddress, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(where);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
