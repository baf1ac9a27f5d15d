import { expect, it } from 'vitest';
import type { HttpResponse } from '../http/index.ts';
import { modelApiFailure } from './api-failure.ts';

const response = (status: number, statusText: string) => ({ status, statusText }) as HttpResponse;

it.each<[Parameters<typeof modelApiFailure>, string]>([
  [
    [{ response: undefined, code: 'ECONNREFUSED', message: 'refused' }, undefined],
    'Unexpected API Error: ECONNREFUSED - refused',
  ],
  [
    [{ response: undefined, code: undefined, message: '' }, undefined],
    'Unexpected API Error:  - Unknown error',
  ],
  [
    [{ response: response(401, 'Unauthorized'), code: undefined, message: 'm' }, 'no'],
    'Unauthorized API Error: no',
  ],
  [
    [{ response: response(401, 'Unauthorized'), code: undefined, message: 'm' }, undefined],
    'Unauthorized API Error',
  ],
  [
    [{ response: response(404, 'Not Found'), code: undefined, message: 'm' }, 'gone'],
    'API Error: Not Found - gone',
  ],
  [
    [{ response: response(500, 'Internal Server Error'), code: undefined, message: 'm' }, ''],
    'API Error: Internal Server Error',
  ],
])('of %j says %s', (failure, text) => {
  expect(modelApiFailure(...failure)).toBe(text);
});
