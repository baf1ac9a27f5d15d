import type { TestServer } from './test-server.ts';

type RoleKibana = { spaces: string[]; base?: string[]; feature?: Record<string, string[]> };

/** A user with a role of its own name that gives what `kibana` says; what to call `as`. */
export async function addUser(
  { call }: Pick<TestServer, 'call'>,
  username: string,
  kibana: RoleKibana[],
): Promise<string> {
  const password = `password of ${username}`;
  await expectDone(call('PUT', `/api/security/role/${username}`, { body: { kibana } }), 204);
  const body = { username, password, roles: [username] };
  await expectDone(call('POST', `/internal/security/users/${username}`, { body }), 200);
  return `${username}:${password}`;
}

/** An API key of `owner`; what to call `as`. */
export async function addApiKey(
  { call }: Pick<TestServer, 'call'>,
  owner: string,
  key: {
    name: string;
    role_descriptors?: Record<string, unknown>;
    kibana_role_descriptors?: unknown;
    expiration?: string;
  },
): Promise<string> {
  const { encoded } = await expectDone(
    call('POST', '/internal/security/api_key', { as: owner, body: key }),
    200,
  );
  return `ApiKey ${encoded}`;
}

async function expectDone(answer: ReturnType<TestServer['call']>, status: number) {
  const { status: got, body } = await answer;
  if (got !== status) throw new Error(`expected ${status} but got ${got}: ${JSON.stringify(body)}`);
  return body;
}
