import { describe, expect, it } from 'vitest';
import { cacheKey, toolCache } from './tool-cache.ts';

const tools = [{ name: 'search', inputSchema: {} }];
const at = (ms: number) => new Date(ms);

describe('the cache of tools', () => {
  it('keeps them for 15 minutes', () => {
    const cache = toolCache();
    cache.set('a', tools, at(0));
    expect(cache.get('a', at(899_999))).toBe(tools);
    expect(cache.get('a', at(900_000))).toBeUndefined();
  });

  it('keeps those of the 100 connectors that asked last', () => {
    const cache = toolCache();
    for (let index = 0; index < 100; index++) cache.set(String(index), tools, at(0));
    cache.get('0', at(1));
    cache.set('100', tools, at(2));
    const kept = Array.from({ length: 101 }, (_, index) => cache.get(String(index), at(3)) !== undefined);
    expect(kept.flatMap((isKept, index) => (isKept ? [] : [index]))).toEqual([1]);
  });
});

describe('the key', () => {
  const connector = { id: 'a', spaceId: 'default' };

  it('holds no secret', () => {
    expect(cacheKey(connector, { credentials: { Authorization: 's3cr3t' } })).not.toContain('s3cr3t');
  });

  it('is that of one connector in one space', () => {
    const keys = [connector, { ...connector, id: 'b' }, { ...connector, spaceId: 'ops' }].map((each) =>
      cacheKey(each, {}),
    );
    expect(new Set(keys).size).toBe(3);
  });
});
