import { expect, it } from 'vitest';
import { urlCredentials } from './url-credentials.ts';

it.each([
  [
    'https://ann:open%20sesame@a.example/x',
    ['ann:open%20sesame', 'ann:open sesame', 'open%20sesame', 'open sesame', 'YW5uOm9wZW4gc2VzYW1l'],
  ],
  ['https://t0ken@a.example', ['t0ken', 't0ken']],
  ['https://a:100%@a.example', ['a:100%', 'a:100%', '100%', '100%', 'YToxMDAl']],
  ['https://a.example/x@y', []],
  ['ann:open@a.example', []],
  [{ deep: ['https://t0ken@a.example'], other: 1, none: null }, ['t0ken', 't0ken']],
])('of %j are %j', (value, credentials) => {
  expect(urlCredentials(value)).toEqual(credentials);
});
