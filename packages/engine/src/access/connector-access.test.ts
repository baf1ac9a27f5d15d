import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectorAccess } from '../store/index.ts';
import { ensureMayWithConnector, permissionsOn } from './connector-access.ts';
import type { Principal } from './principal.ts';
import { NO_PRIVILEGES } from './privileges.ts';

const OPEN: ConnectorAccess = { owner: null, mode: 'public', entries: [], use: null, edit: null };
const ALL = { read: true, execute: true, edit: true, manage: true };
const NOTHING = { read: false, execute: false, edit: false, manage: false };

function somebody(username: string, facts: Partial<Principal> = {}): Principal {
  const identity = { username, profileUid: `u_${username}`, roles: [], fullName: null, email: null };
  return { ...identity, privileges: [NO_PRIVILEGES], ...facts };
}

const ada = somebody('ada');
const bob = somebody('bob', { roles: ['responders'] });
const superuser = somebody('root', { privileges: [{ ...NO_PRIVILEGES, superuser: true }] });
const owned: ConnectorAccess = { ...OPEN, owner: 'u_ada' };
const entered: ConnectorAccess = {
  ...owned,
  mode: 'private',
  entries: [{ id: 'u_bob', addedAt: '' }],
};
const responders = { users: [], roles: ['responders'] };
const justAda = { users: ['ada'], roles: [] };

describe('what a connector lets somebody do', () => {
  it.each<[string, Principal | undefined, ConnectorAccess | undefined, object]>([
    ['without rules: everything', bob, undefined, ALL],
    ['its owner: everything', ada, { ...entered, use: responders, edit: responders }, ALL],
    ['a superuser: everything', superuser, { ...entered, use: justAda, edit: justAda }, ALL],
    ['somebody else: all but managing it', bob, owned, { ...ALL, manage: false }],
    ['anybody, when nobody owns it: managing it too', bob, OPEN, ALL],
    [
      'who is entered in a private one: seeing and running it',
      bob,
      entered,
      { ...NOTHING, read: true, execute: true },
    ],
    ['who is not entered: nothing', somebody('cleo'), { ...entered, entries: [] }, NOTHING],
    ['who is not in `use`: all but running it', bob, { ...OPEN, use: justAda }, { ...ALL, execute: false }],
    ['who has a role of `use`: running it', bob, { ...owned, use: responders }, { ...ALL, manage: false }],
    [
      'who is in `edit` alone: changing it, and not running it',
      bob,
      { ...owned, use: justAda, edit: responders },
      { ...ALL, execute: false, manage: false },
    ],
    [
      'who is in `edit` of a private one: nothing for that',
      bob,
      { ...owned, mode: 'private', entries: [], edit: responders },
      NOTHING,
    ],
    ['nobody: what is open', undefined, owned, { ...ALL, manage: false }],
    [
      'nobody: nothing that is for some',
      undefined,
      { ...owned, use: justAda },
      { ...ALL, execute: false, manage: false },
    ],
    ['nobody: nothing that is private', undefined, { ...entered, entries: [] }, NOTHING],
    [
      'a caller without a profile: not what is nobody’s own',
      somebody('former', { profileUid: '' }),
      { ...OPEN, mode: 'private', owner: null },
      NOTHING,
    ],
  ])('%s', (_what, caller, access, expected) => {
    expect(permissionsOn(caller, access)).toEqual(expected);
  });

  it('an API key that may do less than its superuser: what the rules say of its owner', () => {
    const key = { ...superuser, privileges: [...superuser.privileges, NO_PRIVILEGES] };
    expect(permissionsOn(key, { ...entered, entries: [] })).toEqual(NOTHING);
  });

  it('is never running or changing what is not seen', () => {
    const names = fc.subarray(['ada', 'bob', 'cleo']);
    const audience = fc.option(fc.record({ users: names, roles: fc.subarray(['responders']) }));
    const rules = fc.record({
      owner: fc.option(fc.constantFrom('u_ada', 'u_bob')),
      mode: fc.constantFrom<ConnectorAccess['mode']>('public', 'private'),
      entries: names.map((all) => all.map((name) => ({ id: `u_${name}`, addedAt: '' }))),
      use: audience,
      edit: audience,
    });
    const callers = fc.constantFrom(undefined, ada, bob, somebody('cleo'));
    fc.assert(
      fc.property(callers, rules, (caller, access) => {
        const { read, ...more } = permissionsOn(caller, access);
        if (!read) expect(Object.values(more)).toEqual([false, false, false]);
      }),
    );
  });
});

describe('a refusal', () => {
  it('is 404 where the connector is not seen, and says of what otherwise', () => {
    const hidden = { id: 'c1', access: { ...entered, entries: [] } };
    expect(() => ensureMayWithConnector(bob, hidden, 'execute')).toThrow(
      expect.objectContaining({ statusCode: 404, message: 'Connector c1 not found' }),
    );
    const seen = { id: 'c1', access: { ...owned, use: justAda, edit: justAda } };
    for (const operation of ['execute', 'edit', 'manage'] as const) {
      expect(() => ensureMayWithConnector(bob, seen, operation)).toThrow(
        expect.objectContaining({ statusCode: 403, message: `Unauthorized to ${operation} connector c1` }),
      );
    }
    expect(() => ensureMayWithConnector(bob, seen, 'read')).not.toThrow();
  });
});
