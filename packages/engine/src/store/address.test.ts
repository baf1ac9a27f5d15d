import { expect, it } from 'vitest';
import { StartupError } from '../errors/index.ts';
import { parseStoreUrl } from './address.ts';

it.each([
  ['postgres://ann:a-planted-secret@a.example', 'it names no database'],
  ['postgres://ann:a-planted-secret%@a.example/db', 'a percent sign in it'],
  ['postgres://ann:a-planted-secret@a.example/db?sslmode=prefer', 'sslmode is one of'],
  ['postgres://ann:a-planted-secret@a.example/db?ssl_mode=require', 'of its parameters only'],
  ['postgres://ann:a-planted-secret/@a.example/db', 'it is neither sqlite:PATH nor postgres://'],
  ['postgres://a-planted-secret.example/db', 'it names no user'],
  ['sqlite:', 'it names no file'],
])('says what is wrong with %s, without repeating it', (url, problem) => {
  const parse = () => parseStoreUrl(url, '/data');
  expect(parse).toThrow(StartupError);
  expect(parse).toThrow(problem);
  expect(parse).not.toThrow('a-planted-secret');
});

it('sees a relative path from the data folder, and decodes what is percent-encoded', () => {
  expect(parseStoreUrl(undefined, '/data')).toEqual({ kind: 'sqlite', path: '/data/patchbay.sqlite' });
  expect(parseStoreUrl('sqlite:other.sqlite', '/data')).toEqual({
    kind: 'sqlite',
    path: '/data/other.sqlite',
  });
  expect(parseStoreUrl('postgres://a%40b:p%2Fw@localhost/db?host=/run/postgresql', '/data')).toMatchObject({
    address: {
      host: '/run/postgresql',
      user: 'a@b',
      password: 'p/w',
      tls: false,
      shown: 'db on /run/postgresql',
    },
  });
});
