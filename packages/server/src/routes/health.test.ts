import { loadSettings } from '@patchbay/engine/config';
import { createLogger } from '@patchbay/kit';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../app.ts';
import type { System } from '../system.ts';
import { testServer } from '../testing/test-server.ts';

const { settings } = loadSettings({ files: [], environment: {} });

function withStore(ping: () => Promise<void>) {
  const log = createLogger(() => {});
  return createApp({ settings, store: { ping }, catalog: {}, log } as unknown as System);
}

describe('health checks', () => {
  it('answer anybody', async () => {
    await using server = await testServer();
    for (const path of ['/livez', '/readyz']) {
      const { status, body } = await server.call('GET', path, { as: null });
      expect([status, body]).toEqual([200, { status: 'ok' }]);
      // Nobody is asked, so nobody is refused either.
      expect((await server.call('GET', path, { as: 'elastic:wrong' })).status).toBe(200);
    }
  });

  it('say that a server without its store is alive and not ready, and no more', async () => {
    await using app = await withStore(() => Promise.reject(new Error('disk I/O error')));
    const ready = await app.inject('/readyz');
    expect([ready.statusCode, ready.json()]).toEqual([503, { status: 'unavailable' }]);
    expect((await app.inject('/livez')).statusCode).toBe(200);
  });

  it('do not wait for a store that hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await using app = await withStore(() => {
        vi.advanceTimersByTimeAsync(2000);
        return new Promise(() => {});
      });
      expect((await app.inject('/readyz')).statusCode).toBe(503);
    } finally {
      vi.useRealTimers();
    }
  });
});
