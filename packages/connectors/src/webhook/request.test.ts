import { describe, expect, it } from 'vitest';
import { toRequest } from './request.ts';
import { config, secrets } from './schema.ts';

const request = (given: object) =>
  toRequest(config.parse({ url: 'https://abc.def' }), { ...secrets.parse({}), ...given }, undefined);

describe('toRequest', () => {
  it('names the secret headers, so that they do not follow a redirect to another origin', () => {
    const { options } = request({ secretHeaders: { secretKey: 'x', other: 'y' } });
    expect(options.sensitiveHeaders).toEqual(['secretKey', 'other']);
    expect(request({}).options.sensitiveHeaders).toEqual([]);
  });

  it.each([{ user: 'abc' }, { password: '123' }])('wants both halves of basic auth: %j', (half) => {
    expect(request(half).options.headers).not.toHaveProperty('Authorization');
  });
});
