import { hostileText } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toTarget } from './target.ts';

const target = (url: string, run: object = {}, secretQueryParams: Record<string, string> | null = null) =>
  toTarget({ url }, { secretQueryParams }, run);

describe('the address of a request', () => {
  it.each([
    ['https://abc.def', {}, 'https://abc.def'],
    ['https://abc.def/Ä?q=ä#x', {}, 'https://abc.def/Ä?q=ä#x'],
    ['https://abc.def', { path: '/my-endpoint' }, 'https://abc.def/my-endpoint'],
    ['https://abc.def/', { path: 'my-endpoint' }, 'https://abc.def/my-endpoint'],
    ['https://abc.def/api/', { path: '/v1' }, 'https://abc.def/api/v1'],
    ['https://abc.def/api//', { path: 'v1/' }, 'https://abc.def/api//v1/'],
    ['https://abc.def/api?address=1', { path: 'v1' }, 'https://abc.def/api/v1?address=1'],
    ['https://abc.def/api', { path: '/a b?c=d#e%2F' }, 'https://abc.def/api/a%20b%3Fc=d%23e%2F'],
    ['https://abc.def/api', { path: '' }, 'https://abc.def/api'],
    [
      'https://abc.def',
      { path: '/api/v1/endpoint', query: { key1: 'value1', key2: 'value2' } },
      'https://abc.def/api/v1/endpoint?key1=value1&key2=value2',
    ],
    [
      'https://example.com/api?address=1',
      { query: { key: 'value' } },
      'https://example.com/api?address=1&key=value',
    ],
    ['https://example.com/api#x', { query: { key: 'a b&c' } }, 'https://example.com/api?key=a+b%26c#x'],
    ['https://abc.def/api', { url: 'https://other.example/x' }, 'https://other.example/x'],
  ])('of %s and %j is %s', (url, run, expected) => {
    expect(target(url, run)).toEqual({ url: expected, secretParameters: [] });
  });

  it('has the secret parameters that nobody else gives, and says which these are', () => {
    const secret = { address: '2', version: 'v1', token: 'hidden' };
    expect(
      target('https://x.example/api?address=1', { query: { address: '3', version: 'v2' } }, secret),
    ).toEqual({
      url: 'https://x.example/api?address=1&version=v2&token=hidden',
      secretParameters: ['token'],
    });
    expect(target('https://x.example', {}, { a: '1' })).toEqual({
      url: 'https://x.example/?a=1',
      secretParameters: ['a'],
    });
  });

  it('keeps whatever a parameter holds inside it', () => {
    fc.assert(
      fc.property(hostileText({ maxLength: 500 }), hostileText({ maxLength: 500 }), (name, value) => {
        const { url } = target('https://x.example/a?b=c#d', { query: { [`x${name}`]: value } }, { s: value });
        const { origin, pathname, hash, searchParams } = new URL(url);
        expect([origin, pathname, hash]).toEqual(['https://x.example', '/a', '#d']);
        expect([...searchParams]).toEqual([
          ['b', 'c'],
          ['s', value.toWellFormed()],
          [`x${name}`.toWellFormed(), value.toWellFormed()],
        ]);
      }),
    );
  });

  it('stays at its origin whatever the path', () => {
    fc.assert(
      fc.property(hostileText({ maxLength: 500 }), (path) => {
        const { origin, search, hash } = new URL(target('https://x.example/a?b=c', { path }).url);
        expect([origin, search, hash]).toEqual(['https://x.example', '?b=c', '']);
      }),
    );
  });
});
