import { describe, expect, it } from 'vitest';
import { HttpRequestError, HttpStatusError } from './errors.ts';
import type { HttpResponse } from './http.ts';
import { webhookFailure } from './webhook-failure.ts';

const now = new Date('2026-01-01T00:00:00Z');
const texts = { doing: 'error waking the bear', ofStatus: { 404: 'no bear here' } };

const answered = (status: number, headers: Record<string, string> = {}, data: unknown = '') =>
  webhookFailure(
    new HttpStatusError({ status, statusText: 'Text', headers, data: () => data } as HttpResponse),
    now,
    texts,
  );

describe('webhookFailure', () => {
  it.each([
    [400, {}, 'invalid response', undefined],
    [404, {}, 'no bear here', undefined],
    [500, {}, 'retry later', true],
    [429, {}, 'retry later', true],
    [429, { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 'retry later', true],
    [429, { 'retry-after': '30' }, 'retry at 2026-01-01T00:00:30.000Z', new Date('2026-01-01T00:00:30Z')],
  ])('of %i with %j is: %s', (status, headers, text, retry) => {
    const failure = answered(status, headers);
    expect(failure.message).toBe(`error waking the bear, ${text}`);
    expect(failure.serviceMessage).toBe(`[${status}] Text`);
    expect(failure.retry).toEqual(retry);
  });

  it.each([
    [{ message: 'asleep' }, ': asleep'],
    [{ message: { code: 7 } }, ': {"code":7}'],
    [{ message: '' }, ''],
    [['message'], ''],
    [null, ''],
    ['message', ''],
  ])('adds the message of %j: %j', (data, added) => {
    expect(answered(400, {}, data).serviceMessage).toBe(`[400] Text${added}`);
  });

  it('gives the code and text of a request failure, or the text alone', () => {
    const of = (error: unknown) => webhookFailure(error, now, texts);
    expect(of(new HttpRequestError('connect refused', { code: 'ECONNREFUSED' }))).toMatchObject({
      message: 'error waking the bear, request failed',
      serviceMessage: '[ECONNREFUSED] connect refused',
      retry: undefined,
    });
    expect(of(new HttpRequestError('maxContentLength size of 1000000 exceeded'))).toMatchObject({
      message: 'error waking the bear, request failed',
      serviceMessage: 'maxContentLength size of 1000000 exceeded',
      retry: undefined,
    });
  });

  it('says no more than that of a failure it does not know', () => {
    expect(webhookFailure(new TypeError('boom'), now, texts)).toMatchObject({
      message: 'error waking the bear, unexpected error',
      serviceMessage: undefined,
      retry: undefined,
    });
  });
});
