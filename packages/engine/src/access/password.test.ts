import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashPassword, unmatchableHash, verifyPassword } from './password.ts';

describe('password hashes', () => {
  it.each(['changeme', ' pässwörd: ⚿ ', ''])('are of %j and of nothing else', async (password) => {
    const hash = await hashPassword(password);
    const tried = [password, `${password}x`, ` ${password}`].map((text) => verifyPassword(text, hash));
    expect(await Promise.all(tried)).toEqual([true, false, false]);
  });

  it('do not tell the password, and differ each time', async () => {
    const [first, second] = await Promise.all([hashPassword('changeme'), hashPassword('changeme')]);
    expect(first).toMatch(/^scrypt\$16384\$8\$5\$[A-Za-z0-9_-]{22}\$[A-Za-z0-9_-]{43}$/);
    expect(first).not.toBe(second);
  });

  it('take one text for the same however its accents are written', async () => {
    expect(await verifyPassword('caf\u0065\u0301', await hashPassword('caf\u00e9'))).toBe(true);
  });

  it('made under other costs still hold', async () => {
    // scrypt of "changeme" with N=2, r=1, p=1 under the salt "salt".
    const salt = Buffer.from('salt');
    const hash = scryptSync('changeme', salt, 32, { N: 2, r: 1, p: 1 }).toString('base64url');
    const stored = ['scrypt', 2, 1, 1, salt.toString('base64url'), hash].join('$');
    expect(await verifyPassword('changeme', stored)).toBe(true);
    expect(await verifyPassword('other', stored)).toBe(false);
  });

  it('of nobody match no password and cost as much as any', async () => {
    const hash = unmatchableHash();
    expect(await verifyPassword('', hash)).toBe(false);
    expect(hash.split('$').slice(0, 4)).toEqual((await hashPassword('x')).split('$').slice(0, 4));
  });
});
