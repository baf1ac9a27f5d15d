import { expect, it } from 'vitest';
import { tokenIssuer } from './token-issuer.ts';

it('takes a token that it gave until it ends or is revoked', () => {
  let now = new Date('2026-01-01T00:00:00Z');
  const issuer = tokenIssuer(() => now, { expiresIn: 60 });
  const { access_token: token, expires_in } = issuer.issue();
  const accepts = () => [`Bearer ${token}`, token, 'Bearer other', undefined].map(issuer.accepts);
  expect([token, expires_in]).toEqual(['token-1', 60]);
  expect(accepts()).toEqual([true, false, false, false]);
  now = new Date('2026-01-01T00:01:00Z');
  expect(issuer.accepts(`Bearer ${token}`)).toBe(false);
  const second = `Bearer ${issuer.issue().access_token}`;
  expect(issuer.accepts(second)).toBe(true);
  issuer.revokeAll();
  expect(issuer.accepts(second)).toBe(false);
});
