import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ChangeFeed, nobodyElse } from '../store/index.ts';
import { createCredentialCache } from './credential-cache.ts';
import type { Principal } from './principal.ts';

const FOREVER = Number.POSITIVE_INFINITY;

const ann: Principal = {
  username: 'ann',
  profileUid: 'u_1',
  roles: [],
  fullName: null,
  email: null,
  privileges: [],
};

describe('the credential cache', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('knows what was verified, under its own header only', async () => {
    const cache = createCredentialCache<Principal>(nobodyElse, []);
    expect(cache.get('Basic a', 0)).toBeUndefined();
    await cache.remember('Basic a', async () => ({ value: ann, expiresAt: FOREVER }));
    expect(cache.get('Basic a', 0)).toBe(ann);
    expect(cache.get('Basic b', 0)).toBeUndefined();
  });

  it('knows nothing while changes by other processes are not heard, and forgets what they change', async () => {
    let isHeard = true;
    const tell: Record<string, () => void> = {};
    const kinds = ['users', 'roles', 'apiKeys'] as const;
    const changes: ChangeFeed = {
      isHeard: () => isHeard,
      onChange: (kind, changed) => {
        tell[kind] = () => changed(undefined);
      },
    };
    const cache = createCredentialCache<Principal>(changes, kinds);
    for (const kind of kinds) {
      await cache.remember('Basic a', async () => ({ value: ann, expiresAt: FOREVER }));
      isHeard = false;
      expect(cache.get('Basic a', 0)).toBeUndefined();
      isHeard = true;
      expect(cache.get('Basic a', 0)).toBe(ann);
      tell[kind]?.();
      expect(cache.get('Basic a', 0)).toBeUndefined();
    }
  });

  it('does not know a credential past its own end', async () => {
    const cache = createCredentialCache<Principal>(nobodyElse, []);
    await cache.remember('ApiKey a', async () => ({ value: ann, expiresAt: 1000 }));
    expect(cache.get('ApiKey a', 999)).toBe(ann);
    expect(cache.get('ApiKey a', 1000)).toBeUndefined();
  });

  it('lets callers that come at the same time share one verification', async () => {
    const cache = createCredentialCache<Principal>(nobodyElse, []);
    const { verify, finish, count } = pending();
    const callers = [1, 2, 3].map(() => cache.remember('Basic a', verify));
    const other = cache.remember('Basic b', verify);
    expect(count()).toBe(2);
    finish();
    expect(await Promise.all([...callers, other])).toEqual([ann, ann, ann, ann]);
  });

  it('passes a refusal on to all who wait and does not remember it', async () => {
    const cache = createCredentialCache<Principal>(nobodyElse, []);
    const refuse = vi.fn(() => Promise.reject(new Error('wrong')));
    const callers = await Promise.allSettled([
      cache.remember('Basic a', refuse),
      cache.remember('Basic a', refuse),
    ]);
    expect(callers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(refuse).toHaveBeenCalledTimes(1);
    expect(cache.get('Basic a', 0)).toBeUndefined();
    await expect(cache.remember('Basic a', async () => ({ value: ann, expiresAt: FOREVER }))).resolves.toBe(
      ann,
    );
  });

  it('forgets everything at once', async () => {
    const cache = createCredentialCache<Principal>(nobodyElse, []);
    for (const header of ['Basic a', 'Basic b']) {
      await cache.remember(header, async () => ({ value: ann, expiresAt: FOREVER }));
    }
    cache.forgetAll();
    expect(cache.get('Basic a', 0)).toBeUndefined();
    expect(cache.get('Basic b', 0)).toBeUndefined();
  });

  it('does not remember a verification that was under way during a change', async () => {
    const cache = createCredentialCache<Principal>(nobodyElse, []);
    const { verify, finish } = pending();
    const caller = cache.remember('Basic a', verify);
    cache.forgetAll();
    finish();
    expect(await caller).toBe(ann);
    expect(cache.get('Basic a', 0)).toBeUndefined();
  });

  it('does not let a caller after the change share a verification from before it', async () => {
    const cache = createCredentialCache<Principal>(nobodyElse, []);
    const before = pending();
    const after = pending();
    const early = cache.remember('Basic a', before.verify);
    cache.forgetAll();
    const late = cache.remember('Basic a', after.verify);
    expect(after.count()).toBe(1);
    before.finish();
    await early;
    expect(cache.get('Basic a', 0)).toBeUndefined();
    after.finish();
    await late;
    expect(cache.get('Basic a', 0)).toBe(ann);
  });

  it('wants a credential verified again after a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
    const cache = createCredentialCache<Principal>(nobodyElse, []);
    await cache.remember('Basic a', async () => ({ value: ann, expiresAt: FOREVER }));
    const after = (milliseconds: number) => {
      clock.mockReturnValue(1000 + milliseconds);
      // What looked at the clock a moment ago looks again.
      vi.advanceTimersByTime(10);
      return cache.get('Basic a', 0);
    };
    expect(after(59_000)).toBe(ann);
    expect(after(61_000)).toBeUndefined();
  });
});

/** A verification that goes on until it is told to finish. */
function pending() {
  const finished = Promise.withResolvers<void>();
  let calls = 0;
  return {
    async verify() {
      calls++;
      await finished.promise;
      return { value: ann, expiresAt: FOREVER };
    },
    finish: finished.resolve,
    count: () => calls,
  };
}
