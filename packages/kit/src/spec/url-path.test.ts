import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostileText } from '../testing/index.ts';
import { urlPath } from './url-path.ts';

it('has values as segments, and lists as several', () => {
  expect(urlPath`/repos/${'a/b'}/issues/${7}/${['docs', 'read me.md']}`).toBe(
    '/repos/a%2Fb/issues/7/docs/read%20me.md',
  );
});

it.each(['', '.', '..'])('refuses %j', (value) => {
  expect(() => urlPath`/repos/${value}/x`).toThrow(`"${value}" cannot be part of a path`);
  expect(() => urlPath`/repos/${['a', value]}`).toThrow();
});

it('brings any text to the service as it is', () => {
  const text = hostileText({ maxLength: 200 }).filter((value) => !['.', '..'].includes(value));
  fc.assert(
    fc.property(text, text, (first, second) => {
      const { pathname } = new URL(urlPath`/a/${first}/b/${second}`, 'https://vendor.example');
      const segments = pathname.split('/').map(decodeURIComponent);
      expect(segments).toEqual(['', 'a', first.toWellFormed(), 'b', second.toWellFormed()]);
    }),
  );
});
