import { describe, expect, it } from 'vitest';
import { type ConnectorRecord, nobodyElse } from '../store/index.ts';
import { createConnectorCache } from './connector-cache.ts';

function record(id: string, spaceId = 'default'): ConnectorRecord {
  return {
    id,
    spaceId,
    typeId: '.note',
    name: id,
    config: {},
    secrets: 'sealed',
    isMissingSecrets: false,
    authMode: 'shared',
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  };
}

const never = () => Promise.reject(new Error('loaded again'));

describe('the connector cache', () => {
  it('loads a connector once', async () => {
    const cache = createConnectorCache(nobodyElse);
    const first = record('a');
    expect(await cache.get('default', 'a', async () => first)).toBe(first);
    expect(await cache.get('default', 'a', never)).toBe(first);
  });

  it('keeps the same id of two spaces apart', async () => {
    const cache = createConnectorCache(nobodyElse);
    await cache.get('default', 'a', async () => record('a'));
    expect(await cache.get('other', 'a', async () => undefined)).toBeUndefined();
  });

  it('looks again for what was not there', async () => {
    const cache = createConnectorCache(nobodyElse);
    expect(await cache.get('default', 'a', async () => undefined)).toBeUndefined();
    expect(await cache.get('default', 'a', async () => record('a'))).toEqual(record('a'));
  });

  it('passes on that a load failed and does not keep it', async () => {
    const cache = createConnectorCache(nobodyElse);
    await expect(cache.get('default', 'a', never)).rejects.toThrow('loaded again');
    expect(await cache.get('default', 'a', async () => record('a'))).toEqual(record('a'));
  });

  it('forgets one connector, or those of a space', async () => {
    const cache = createConnectorCache(nobodyElse);
    const [a, b, c] = [record('a'), record('b'), record('c', 'default2')];
    await cache.get('default', 'a', async () => a);
    await cache.get('default', 'b', async () => b);
    await cache.get('default2', 'c', async () => c);
    cache.forget('a');
    expect(await cache.get('default', 'b', never)).toBe(b);
    cache.forgetSpace('default');
    expect(await cache.get('default', 'a', async () => undefined)).toBeUndefined();
    expect(await cache.get('default', 'b', async () => undefined)).toBeUndefined();
    expect(await cache.get('default2', 'c', never)).toBe(c);
  });

  it.each([
    ['changed', (cache: ReturnType<typeof createConnectorCache>) => cache.forget('a')],
    ['went with its space', (cache: ReturnType<typeof createConnectorCache>) => cache.forgetSpace('default')],
  ])('does not keep a load that was under way when the connector %s', async (_what, change) => {
    const cache = createConnectorCache(nobodyElse);
    const loading = Promise.withResolvers<ConnectorRecord>();
    const early = cache.get('default', 'a', () => loading.promise);
    change(cache);
    loading.resolve(record('a'));
    await early;
    expect(await cache.get('default', 'a', async () => undefined)).toBeUndefined();
  });

  it('forgets what another process has changed, one or all', async () => {
    let tell: (id: string | undefined) => void = () => {};
    const cache = createConnectorCache({
      isHeard: () => true,
      onChange: (_kind, changed) => {
        tell = changed;
      },
    });
    const [a, b] = [record('a'), record('b')];
    await cache.get('default', 'a', async () => a);
    await cache.get('default', 'b', async () => b);
    tell('a');
    expect(await cache.get('default', 'a', async () => undefined)).toBeUndefined();
    expect(await cache.get('default', 'b', never)).toBe(b);
    tell(undefined);
    expect(await cache.get('default', 'b', async () => undefined)).toBeUndefined();
  });

  it('is not used, and takes nothing, while changes are not heard', async () => {
    let isHeard = true;
    const cache = createConnectorCache({ isHeard: () => isHeard, onChange: () => {} });
    await cache.get('default', 'a', async () => record('a'));
    isHeard = false;
    const changed = { ...record('a'), name: 'changed' };
    expect(await cache.get('default', 'a', async () => changed)).toBe(changed);
    await cache.get('default', 'b', async () => record('b'));
    isHeard = true;
    expect(await cache.get('default', 'b', async () => undefined)).toBeUndefined();
  });
});
