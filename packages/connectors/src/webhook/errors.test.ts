import { HttpRequestError } from '@patchbay/kit';
import { describe, expect, it } from 'vitest';
import { toActionError } from './errors.ts';

describe('toActionError', () => {
  it('gives the text alone of a request failure without a code', () => {
    const failure = toActionError(
      new HttpRequestError('maxContentLength size of 1000000 exceeded'),
      new Date(),
    );
    expect(failure).toMatchObject({
      message: 'error calling webhook, request failed',
      serviceMessage: 'maxContentLength size of 1000000 exceeded',
      retry: undefined,
    });
  });

  it('says no more than that of a failure it does not know', () => {
    expect(toActionError(new TypeError('boom'), new Date())).toMatchObject({
      message: 'error calling webhook, unexpected error',
      serviceMessage: undefined,
      retry: undefined,
    });
  });
});
