import { FIRST_PASSWORD, type TestServer } from '../test-server.ts';
import { addApiKey, addUser } from '../users.ts';

/** The spaces that every route is asked in. */
export const SPACES = ['default', 'space1', 'space2'] as const;

export type Space = (typeof SPACES)[number];

/** What a caller of the matrix has, as its role says it: the product is not asked. */
export interface Rights {
  isUser: boolean;
  /** Where connectors may be read and run. */
  reads: readonly Space[];
  /** Where connectors may be changed. */
  writes: readonly Space[];
  readsCases: readonly Space[];
  writesCases: readonly Space[];
  managesSpaces: boolean;
  managesSecurity: boolean;
  isSuperuser: boolean;
}

export interface Caller {
  name: string;
  /** What to call `as`. */
  as: string | null;
  rights: Rights;
}

const NOTHING: Rights = {
  isUser: true,
  reads: [],
  writes: [],
  readsCases: [],
  writesCases: [],
  managesSpaces: false,
  managesSecurity: false,
  isSuperuser: false,
};
const SUPERUSER: Rights = {
  isUser: true,
  reads: SPACES,
  writes: SPACES,
  readsCases: SPACES,
  writesCases: SPACES,
  managesSpaces: true,
  managesSecurity: true,
  isSuperuser: true,
};
const GLOBAL_READ: Rights = { ...NOTHING, reads: SPACES, readsCases: SPACES };
const ONE: readonly Space[] = ['space1'];
const SPACE_1_ALL: Rights = { ...NOTHING, reads: ONE, writes: ONE, readsCases: ONE, writesCases: ONE };

/** The test roles of the reference, those of Patchbay's own privileges, and API keys that are allowed less than their owners. */
export async function createCallers(server: TestServer): Promise<Caller[]> {
  const { call } = server;
  for (const id of SPACES) {
    if (id !== 'default') await call('POST', '/api/spaces/space', { body: { id, name: id } });
  }
  const read = { actions: ['read'], generalCasesV3: ['read'] };
  const all = { actions: ['all'], generalCasesV3: ['all'] };
  const superuser = `elastic:${FIRST_PASSWORD}`;
  const spaceOneAll = await addUser(server, 'space-1-all', [{ spaces: ['space1'], feature: all }]);
  const key = (owner: string, name: string, kibana?: object[]) =>
    addApiKey(server, owner, { name, ...(kibana && { role_descriptors: { limited: { kibana } } }) });

  await addUser(server, 'manages-security', []);
  await call('PUT', '/api/security/role/manages-security', {
    body: { elasticsearch: { cluster: ['manage_security'] } },
  });

  return [
    { name: 'nobody', as: null, rights: { ...NOTHING, isUser: false } },
    { name: 'no role', as: await addUser(server, 'no-role', []), rights: NOTHING },
    {
      name: 'all alerts, no actions',
      as: await addUser(server, 'all-alerts', [
        { spaces: ['space1'], feature: { stackAlerts: ['all'], rulesSettings: ['all'] } },
      ]),
      rights: NOTHING,
    },
    {
      name: 'global read',
      as: await addUser(server, 'global-read', [{ spaces: ['*'], feature: read }]),
      rights: GLOBAL_READ,
    },
    { name: 'space 1 all', as: spaceOneAll, rights: SPACE_1_ALL },
    {
      name: 'manages spaces',
      as: await addUser(server, 'manages-spaces', [{ spaces: ['*'], base: ['all'] }]),
      rights: { ...SUPERUSER, managesSecurity: false, isSuperuser: false },
    },
    {
      name: 'manages security',
      as: 'manages-security:password of manages-security',
      rights: { ...NOTHING, managesSecurity: true },
    },
    { name: 'superuser', as: superuser, rights: SUPERUSER },
    { name: 'key of space 1 all', as: await key(spaceOneAll, 'whole'), rights: SPACE_1_ALL },
    {
      name: 'key of space 1 all, to read',
      as: await key(spaceOneAll, 'reads', [{ spaces: ['*'], feature: read }]),
      rights: { ...NOTHING, reads: ONE, readsCases: ONE },
    },
    {
      name: 'key of superuser, to read everywhere',
      as: await key(superuser, 'reads everywhere', [{ spaces: ['*'], feature: read }]),
      rights: GLOBAL_READ,
    },
    {
      name: 'key of superuser, for space 1',
      as: await key(superuser, 'space 1', [{ spaces: ['space1'], feature: all }]),
      rights: SPACE_1_ALL,
    },
  ];
}
