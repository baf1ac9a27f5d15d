import { describe, expect, it } from 'vitest';
import {
  can,
  canManageSecurity,
  canManageSpaces,
  canSeeSpace,
  canUseEndpointSecurity,
  canWithCases,
  holds,
  isSuperuser,
  type Principal,
} from './principal.ts';
import { NO_PRIVILEGES, type Operation, type PrivilegeSet, union } from './privileges.ts';
import { isReserved, privilegesOf, RESERVED_ROLES, type Role, type RoleKibana } from './role.ts';

const READS: Operation[] = ['get', 'find', 'execute'];
const WRITES: Operation[] = ['create', 'update', 'delete'];

function role(kibana: Partial<RoleKibana>[], cluster: string[] = []): Role {
  return {
    name: 'made-up',
    metadata: {},
    elasticsearch: { cluster },
    kibana: kibana.map((part) => ({ spaces: ['*'], base: [], feature: {}, ...part })),
  };
}

const reserved = (name: string) => RESERVED_ROLES.find((known) => known.name === name) as Role;

function having(...privileges: PrivilegeSet[]): Principal {
  return { username: 'ann', profileUid: 'u_1', roles: [], fullName: null, email: null, privileges };
}

/** Which of the operations may be done in a space. */
function allowed(given: Role, spaceId: string): Operation[] {
  const principal = having(privilegesOf(given));
  return [...READS, ...WRITES].filter((operation) => can(principal, operation, spaceId));
}

describe('a role', () => {
  it.each<[string, Role, string, Operation[]]>([
    ['nothing', role([]), 'space1', []],
    ['another feature', role([{ feature: { alerting: ['all'] } }]), 'space1', []],
    ['reading everywhere', role([{ feature: { actions: ['read'] } }]), 'space1', READS],
    ['minimal reading', role([{ feature: { actions: ['minimal_read'] } }]), 'space1', READS],
    ['all', role([{ feature: { actions: ['all'] } }]), 'space1', [...READS, ...WRITES]],
    ['minimal all', role([{ feature: { actions: ['minimal_all'] } }]), 'space1', [...READS, ...WRITES]],
    ['all by its base', role([{ base: ['all'] }]), 'space1', [...READS, ...WRITES]],
    ['reading by its base', role([{ base: ['read'] }]), 'space1', READS],
    [
      'all in that space',
      role([{ spaces: ['space1'], feature: { actions: ['all'] } }]),
      'space1',
      [...READS, ...WRITES],
    ],
    ['all in another space', role([{ spaces: ['space2'], feature: { actions: ['all'] } }]), 'space1', []],
    [
      'reading everywhere and all in another space',
      role([{ feature: { actions: ['read'] } }, { spaces: ['space2'], feature: { actions: ['all'] } }]),
      'space1',
      READS,
    ],
  ])('with %s', (_what, given, spaceId, expected) => {
    expect(allowed(given, spaceId)).toEqual(expected);
  });

  it.each<[string, Operation[]]>([
    ['superuser', [...READS, ...WRITES]],
    ['kibana_admin', [...READS, ...WRITES]],
    ['editor', [...READS, ...WRITES]],
    ['viewer', READS],
  ])('that is always there, %s, may do its part in every space', (name, expected) => {
    expect(isReserved(name)).toBe(true);
    expect(allowed(reserved(name), 'any')).toEqual(expected);
  });

  it.each<[string, Role, boolean]>([
    ['superuser', reserved('superuser'), true],
    ['kibana_admin', reserved('kibana_admin'), true],
    ['editor', reserved('editor'), false],
    ['viewer', reserved('viewer'), false],
    ['all in one space', role([{ spaces: ['space1'], base: ['all'] }]), false],
  ])('manages spaces with all of every space only: %s', (_what, given, expected) => {
    expect(canManageSpaces(having(privilegesOf(given)))).toBe(expected);
  });

  it.each<[Role, boolean]>([
    [reserved('superuser'), true],
    [reserved('kibana_admin'), false],
    [role([], ['manage_security']), true],
    [role([], ['all']), true],
    [role([{ base: ['all'] }], ['monitor']), false],
  ])('manages security by its cluster privileges only: %j', (given, expected) => {
    expect(canManageSecurity(having(privilegesOf(given)))).toBe(expected);
  });

  it.each<[string, Role, boolean]>([
    ['superuser', reserved('superuser'), true],
    ['kibana_admin', reserved('kibana_admin'), false],
    ['all of everything that can be named', role([{ spaces: ['*'], base: ['all'] }], ['all']), false],
  ])('is a superuser’s by its name only: %s', (_what, given, expected) => {
    const set = privilegesOf(given);
    expect(isSuperuser(having(set))).toBe(expected);
    expect(isSuperuser(having(set, NO_PRIVILEGES))).toBe(false);
  });

  it.each<[string[], boolean]>([
    [['all'], true],
    [['minimal_all'], false],
    [['read'], false],
    [['read', 'endpoint_security_execute'], true],
    [['minimal_all', 'endpoint_security_execute'], true],
  ])('with %j of the feature may use endpoint security: %s', (actions, expected) => {
    const principal = having(privilegesOf(role([{ spaces: ['space1'], feature: { actions } }])));
    expect(canUseEndpointSecurity(principal, 'space1')).toBe(expected);
    expect(canUseEndpointSecurity(principal, 'space2')).toBe(false);
  });

  it('shows the spaces in which it gives something', () => {
    const principal = having(
      privilegesOf(role([{ spaces: ['space1', 'space3'], feature: { actions: ['read'] } }])),
    );
    const seen = ['space1', 'space2', 'space3'].filter((id) => canSeeSpace(principal, id));
    expect(seen).toEqual(['space1', 'space3']);
    expect(canSeeSpace(having(privilegesOf(reserved('kibana_admin'))), 'any')).toBe(true);
  });
});

describe('privileges', () => {
  const read = privilegesOf(role([{ feature: { actions: ['read'] } }]));
  const all = privilegesOf(role([{ spaces: ['space1'], feature: { actions: ['all'] } }]));
  const superuser = privilegesOf(reserved('superuser'));

  it('of several roles add up', () => {
    const both = having(union([read, all]));
    expect(can(both, 'delete', 'space1')).toBe(true);
    expect(can(both, 'get', 'space2')).toBe(true);
    expect(can(both, 'delete', 'space2')).toBe(false);
  });

  it('of an API key and its owner must both allow a thing', () => {
    const limited = having(superuser, read);
    expect(can(limited, 'execute', 'space1')).toBe(true);
    expect(can(limited, 'create', 'space1')).toBe(false);
    expect(canManageSpaces(limited)).toBe(false);
    expect(canManageSecurity(limited)).toBe(false);
    const presumptuous = having(read, superuser);
    expect(can(presumptuous, 'create', 'space1')).toBe(false);
  });

  it('that are not there allow nothing', () => {
    expect(can(having(), 'get', 'default')).toBe(false);
    expect(canManageSecurity(having())).toBe(false);
    expect(can(having(NO_PRIVILEGES), 'get', 'default')).toBe(false);
    expect(can(having(superuser, NO_PRIVILEGES), 'get', 'default')).toBe(false);
  });
});

describe('the cases of an owner', () => {
  const CASES_OPERATIONS = [
    'getCase',
    'findConfigurations',
    'createCase',
    'updateCase',
    'pushCase',
    'updateComment',
    'createComment',
    'reopenCase',
    'assignCase',
    'deleteCase',
    'deleteComment',
    'createConfiguration',
    'updateConfiguration',
  ] as const;
  const reads = CASES_OPERATIONS.slice(0, 2);
  const writes = CASES_OPERATIONS.slice(0, 6);

  it.each<[string, Partial<RoleKibana>, readonly string[]]>([
    ['nothing', {}, []],
    ['another feature', { feature: { actions: ['all'], observabilityCases: ['all'] } }, []],
    ['all', { feature: { generalCases: ['all'] } }, CASES_OPERATIONS],
    ['read', { feature: { generalCasesV2: ['read'] } }, reads],
    ['minimal_all', { feature: { generalCasesV3: ['minimal_all'] } }, writes],
    ['minimal_all of V2', { feature: { generalCasesV2: ['minimal_all'] } }, [...writes, 'assignCase']],
    [
      'minimal_all of before',
      { feature: { generalCases: ['minimal_all'] } },
      [...writes, 'createComment', 'reopenCase', 'assignCase'],
    ],
    [
      'read and to delete',
      { feature: { generalCasesV3: ['minimal_read', 'cases_delete'] } },
      [...reads, 'deleteCase', 'deleteComment'],
    ],
    ['to delete alone', { feature: { generalCasesV3: ['cases_delete'] } }, []],
    ['base all', { base: ['all'] }, CASES_OPERATIONS],
    ['base read', { base: ['read'] }, reads],
  ])('with %s', (_, kibana, expected) => {
    const principal = having(privilegesOf(role([{ ...kibana, spaces: ['one'] }])));
    const allowedIn = (spaceId: string) =>
      CASES_OPERATIONS.filter((operation) => canWithCases(principal, operation, 'cases', spaceId));
    expect(allowedIn('one')).toEqual(expected);
    expect(allowedIn('two')).toEqual([]);
    expect(CASES_OPERATIONS.filter((name) => holds(principal, `cases:cases/${name}`, 'one'))).toEqual(
      expected,
    );
    if (expected.length > 0) expect(canSeeSpace(principal, 'one')).toBe(true);
  });

  it.each(['cases:nobody/getCase', 'cases:cases', 'other:cases/getCase', ''])(
    'are nothing that the privilege %j is about: it is a superuser’s',
    (privilege) => {
      expect(holds(having(privilegesOf(role([{ base: ['all'] }]))), privilege, 'one')).toBe(false);
      expect(holds(having(privilegesOf(reserved('superuser'))), privilege, 'one')).toBe(true);
    },
  );
});
