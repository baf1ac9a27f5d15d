import { afterAll, describe, expect, it } from 'vitest';
import { testServer } from '../testing/test-server.ts';
import { addUser } from '../testing/users.ts';

const answerOf = (statusCode: number, message: string) => ({
  statusCode,
  error: { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 409: 'Conflict' }[statusCode],
  message,
});

const server = await testServer();
const { call } = server;
afterAll(() => server[Symbol.asyncDispose]());

const path = '/api/spaces/space';
const create = (body: unknown) => call('POST', path, { body });

const everything = {
  name: 'Everything',
  description: 'All that a space can have',
  initials: 'Ev',
  color: '#AAbb00',
  disabledFeatures: ['maps'],
  imageUrl: 'data:image/png;base64,AAAA',
  solution: 'oblt',
};

/** Mistakes that a create and an update answer alike. */
const mistakes: [object, string][] = [
  [{ id: undefined }, '[request body.id]: expected value of type [string] but got [undefined]'],
  [{ id: '' }, "[request body.id]: must be lower case, a-z, 0-9, '_', and '-' are allowed"],
  [{ id: 'Upper' }, "[request body.id]: must be lower case, a-z, 0-9, '_', and '-' are allowed"],
  [{ id: 'a/b' }, "[request body.id]: must be lower case, a-z, 0-9, '_', and '-' are allowed"],
  [{ name: undefined }, '[request body.name]: expected value of type [string] but got [undefined]'],
  [{ name: '' }, '[request body.name]: value has length [0] but it must have a minimum length of [1].'],
  [{ description: 1 }, '[request body.description]: expected value of type [string] but got [number]'],
  [
    { initials: 'abc' },
    '[request body.initials]: value has length [3] but it must have a maximum length of [2].',
  ],
  [{ color: 'red' }, '[request body.color]: must be a 6 digit hex color, starting with a #'],
  [{ color: '#12345' }, '[request body.color]: must be a 6 digit hex color, starting with a #'],
  [
    { disabledFeatures: Array(101).fill('x') },
    '[request body.disabledFeatures]: array size is [101], but cannot be greater than [100]',
  ],
  [{ imageUrl: 'https://x' }, "[request body.imageUrl]: must start with 'data:image'"],
  [{ solution: 'other' }, '[request body.solution]: expected one of "es", "oblt", "security", "classic"'],
  [{ other: 1 }, "[request body.other]: Additional properties are not allowed ('other' was unexpected)"],
];

const forbidden = (verb: string): [object, string][] => [
  [{ solution: '' }, `Unable to ${verb} Space, solution property cannot be empty`],
  [
    { projectRouting: 'x' },
    `Unable to ${verb} Space, projectRouting property is only allowed when CPS is enabled`,
  ],
];

describe('POST /api/spaces/space', () => {
  it('answers 200 with the space; what was left out stays out', async () => {
    const { status, body } = await create({ id: 'least', name: 'Least' });
    expect([status, body]).toEqual([200, { id: 'least', name: 'Least', disabledFeatures: [] }]);
    expect((await call('GET', `${path}/least`)).body).toEqual(body);
  });

  it('keeps everything that a space can have, but `_reserved`', async () => {
    const { body } = await create({ id: 'every_thing-1', ...everything, _reserved: true });
    expect(body).toEqual({ id: 'every_thing-1', ...everything });
    expect((await call('GET', `${path}/every_thing-1`)).body).toEqual(body);
  });

  it('trims the name', async () => {
    expect((await create({ id: 'trimmed', name: '  In the middle ' })).body.name).toBe('In the middle');
  });

  it('takes the version header of the API', async () => {
    const answer = await call('POST', path, {
      body: { id: 'versioned', name: 'V', imageUrl: '' },
      headers: { 'elastic-api-version': '2023-10-31' },
    });
    expect(answer.status).toBe(200);
  });

  it('refuses an id in use', async () => {
    for (const id of ['default', 'least']) {
      const { status, body } = await create({ id, name: 'Again' });
      expect(status).toBe(409);
      expect(body).toEqual(answerOf(409, `A space with the identifier ${id} already exists.`));
    }
  });

  it('gives an id to one of many who ask for it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create({ id: 'wanted', name: 'W' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
  });

  it.each([...mistakes, ...forbidden('create')])('refuses %j', async (change, message) => {
    const { status, body } = await create({ id: 'never', name: 'Never', ...change });
    expect([status, body]).toEqual([400, answerOf(400, message)]);
    expect((await call('GET', `${path}/never`)).status).toBe(404);
  });
});

describe('GET /api/spaces/space', () => {
  it('lists the spaces by name, the default one reserved', async () => {
    const { status, body } = await call('GET', path);
    expect(status).toBe(200);
    const names = body.map(({ name }: { name: string }) => name);
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
    expect(body).toContainEqual({
      id: 'default',
      name: 'Default',
      description: 'This is your default space!',
      color: '#00bfb3',
      disabledFeatures: [],
      _reserved: true,
    });
    expect(body.filter((space: object) => '_reserved' in space)).toHaveLength(1);
  });

  it.each(['any', 'copySavedObjectsIntoSpace', 'shareSavedObjectsIntoSpace'])(
    'takes the purpose %s',
    async (purpose) => {
      expect((await call('GET', `${path}?purpose=${purpose}`)).status).toBe(200);
    },
  );

  it('refuses another purpose', async () => {
    const { status, body } = await call('GET', `${path}?purpose=findSavedObjects`);
    expect([status, body]).toEqual([400, answerOf(400, 'unsupported space purpose: findSavedObjects')]);
  });

  it('does not find a space that is not there', async () => {
    const { status, body } = await call('GET', `${path}/nowhere`);
    expect([status, body]).toEqual([404, answerOf(404, 'Not Found')]);
  });

  it('is reached below any space', async () => {
    expect((await call('GET', `/s/least${path}/default`)).body.id).toBe('default');
  });
});

describe('PUT /api/spaces/space/{id}', () => {
  it('replaces the space that the path names, whatever id the body has', async () => {
    await create({ id: 'changed', ...everything });
    const { status, body } = await call('PUT', `${path}/changed`, { body: { id: 'other', name: 'New' } });
    expect([status, body]).toEqual([200, { id: 'changed', name: 'New', disabledFeatures: [] }]);
    expect((await call('GET', `${path}/changed`)).body).toEqual(body);
    expect((await call('GET', `${path}/other`)).status).toBe(404);
  });

  it('leaves the default space reserved', async () => {
    const { body } = await call('PUT', `${path}/default`, { body: { id: 'default', name: 'Home' } });
    expect(body).toEqual({ id: 'default', name: 'Home', disabledFeatures: [], _reserved: true });
    await call('PUT', `${path}/default`, {
      body: { id: 'default', name: 'Default', description: 'This is your default space!', color: '#00bfb3' },
    });
  });

  it('does not find a space that is not there', async () => {
    const { status, body } = await call('PUT', `${path}/nowhere`, { body: { id: 'nowhere', name: 'N' } });
    expect([status, body]).toEqual([404, answerOf(404, 'Not Found')]);
  });

  it.each([...mistakes, ...forbidden('update')])('refuses %j', async (change, message) => {
    const { status, body } = await call('PUT', `${path}/least`, {
      body: { id: 'least', name: 'Changed', ...change },
    });
    expect([status, body]).toEqual([400, answerOf(400, message)]);
    expect((await call('GET', `${path}/least`)).body.name).toBe('Least');
  });
});

describe('DELETE /api/spaces/space/{id}', () => {
  it('answers 204 and takes everything in the space along', async () => {
    await create({ id: 'doomed', name: 'Doomed' });
    const connector = '/s/doomed/api/actions/connector/inside';
    await call('POST', connector, { body: { name: 'x', connector_type_id: '.server-log' } });
    const { status, body } = await call('DELETE', `${path}/doomed`);
    expect([status, body]).toEqual([204, '']);
    expect((await call('GET', `${path}/doomed`)).status).toBe(404);
    expect((await call('GET', connector)).status).toBe(404);
  });

  it.each([
    ['nowhere', 404, 'Not Found'],
    ['default', 400, 'The default space cannot be deleted because it is reserved.'],
  ])('refuses %s', async (id, status, message) => {
    const answer = await call('DELETE', `${path}/${id}`);
    expect([answer.status, answer.body]).toEqual([status, answerOf(status, message)]);
  });
});

describe('the privilege to manage spaces', async () => {
  await create({ id: 'team', name: 'Team' });
  const admin = await addUser(server, 'admin', [{ spaces: ['*'], base: ['all'] }]);
  const member = await addUser(server, 'member', [{ spaces: ['team'], base: ['all'] }]);

  it('comes with `all` in every space', async () => {
    const body = { id: 'admins', name: 'Admins' };
    expect((await call('POST', path, { as: admin, body })).status).toBe(200);
    expect((await call('PUT', `${path}/admins`, { as: admin, body })).status).toBe(200);
    expect((await call('DELETE', `${path}/admins`, { as: admin })).status).toBe(204);
  });

  it.each([
    ['POST', path, 'Unauthorized to create spaces'],
    ['PUT', `${path}/team`, 'Unauthorized to update spaces'],
    ['PUT', `${path}/nowhere`, 'Unauthorized to update spaces'],
    ['DELETE', `${path}/team`, 'Unauthorized to delete spaces'],
  ])('is missing where there is `all` in one space: %s %s', async (method, url, message) => {
    const body = method === 'DELETE' ? undefined : { id: 'team', name: 'Team' };
    const answer = await call(method, url, { as: member, body });
    expect([answer.status, answer.body]).toEqual([403, answerOf(403, message)]);
  });

  it('is not needed to see the spaces that one may use', async () => {
    const list = await call('GET', path, { as: member });
    expect(list.body).toEqual([{ id: 'team', name: 'Team', disabledFeatures: [] }]);
    expect((await call('GET', `${path}/team`, { as: member })).status).toBe(200);
    for (const id of ['default', 'nowhere']) {
      const { status, body } = await call('GET', `${path}/${id}`, { as: member });
      expect([status, body]).toEqual([403, answerOf(403, `Unauthorized to get ${id} space`)]);
    }
  });
});

describe('the configuration', async () => {
  const limited = await testServer({
    settings: {
      'xpack.spaces.maxSpaces': 2,
      'xpack.spaces.allowFeatureVisibility': false,
      'xpack.spaces.allowSolutionVisibility': false,
    },
  });
  afterAll(() => limited[Symbol.asyncDispose]());
  const body = { id: 'one', name: 'One' };

  it.each([
    [
      { disabledFeatures: ['x'] },
      'the disabledFeatures array must be empty when xpack.spaces.allowFeatureVisibility setting is disabled',
    ],
    [
      { solution: 'es' },
      'the solution property can not be set when xpack.spaces.allowSolutionVisibility setting is disabled',
    ],
  ])('can forbid %j', async (change, reason) => {
    const created = await limited.call('POST', path, { body: { ...body, ...change } });
    expect(created.body).toEqual(answerOf(400, `Unable to create Space, ${reason}`));
    const updated = await limited.call('PUT', `${path}/default`, {
      body: { id: 'default', name: 'x', ...change },
    });
    expect(updated.body).toEqual(answerOf(400, `Unable to update Space, ${reason}`));
  });

  it('bounds how many there are', async () => {
    expect((await limited.call('POST', path, { body })).status).toBe(200);
    const { status, body: refused } = await limited.call('POST', path, { body: { id: 'two', name: 'Two' } });
    expect(status).toBe(400);
    expect(refused).toEqual(
      answerOf(
        400,
        'Unable to create Space, this exceeds the maximum number of spaces set by the xpack.spaces.maxSpaces setting',
      ),
    );
  });
});
