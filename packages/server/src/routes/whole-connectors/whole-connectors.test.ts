import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { standIn } from '@patchbay/kit/testing';
import { armor, Decrypter, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { form } from '../../testing/form.ts';
import { type CallOptions, temporaryFolder, testServer } from '../../testing/test-server.ts';
import { addUser } from '../../testing/users.ts';

const audit = join(temporaryFolder(), 'audit.log');
const vendor = await standIn();
const server = await testServer({
  settings: {
    'patchbay.audit.file': audit,
    'patchbay.secretReferences.environment': ['HOOK_*'],
    'xpack.actions.preconfigured': { fixed: { name: 'Fixed', actionTypeId: '.server-log' } },
  },
  environment: { HOOK_PASSWORD: 'from-the-environment' },
});
const { call } = server;
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await vendor.close();
});

/** Two spaces for each test. */
let n = 0;
let here = '';
let there = '';
beforeEach(async () => {
  here = `h${++n}`;
  there = `t${n}`;
  for (const id of [here, there]) await call('POST', '/api/spaces/space', { body: { id, name: id } });
});

/** Each is a second's work for a core that nobody else wants. */
const TWO_PASSPHRASES_MS = 120_000;

const IDENTITY = await generateIdentity();
const PASSPHRASE = 'correct horse battery';
const named = (name: string) => `${name}-${n}`;
const hook = (id: string, secrets: object = { user: 'ops', password: 'canary-secret' }, space = here) =>
  call('POST', `/s/${space}/api/actions/connector/${id}`, {
    body: {
      name: id,
      connector_type_id: '.webhook',
      config: { url: vendor.url, hasAuth: true },
      secrets,
    },
  });
const settings = (id: string, body: object, space = here) =>
  call('PUT', `/s/${space}/api/patchbay/connectors/${id}/settings`, { body });
const settingsOf = async (id: string, space = there) =>
  (await call('GET', `/s/${space}/api/patchbay/connectors/${id}/settings`)).body;
const list = async (space = there) =>
  (await call('GET', `/s/${space}/api/actions/connectors`)).body.filter(
    (each: { is_preconfigured: boolean }) => !each.is_preconfigured,
  );
const authorizationOf = async (id: string, space = there) => {
  const { body } = await call('POST', `/s/${space}/api/actions/connector/${id}/_execute`, {
    body: { params: { body: 'x' } },
  });
  expect(body).toMatchObject({ status: 'ok' });
  return vendor.received.at(-1)?.headers.authorization;
};
const copy = (ids: string[], body: object = {}, options: CallOptions = {}) =>
  call('POST', `/s/${here}/api/patchbay/connectors/_copy`, {
    ...options,
    body: { connector_ids: ids, spaces: [there], ...body },
  });
const basic = (password: string) => `Basic ${btoa(`ops:${password}`)}`;
const lastAudited = () => JSON.parse(readFileSync(audit, 'utf8').trimEnd().split('\n').at(-1) ?? '');

describe('copying connectors to other spaces', () => {
  it('takes secrets and settings along, and leaves the first one as it is', async () => {
    const a = named('a');
    await hook(a);
    const secrets = { signing_keys: [`whsec_${btoa('k'.repeat(24))}`] };
    await settings(a, { signing: { enabled: true }, timeouts: { response: '7s' }, secrets });
    const answer = await call('POST', `/s/${here}/api/patchbay/connectors/${a}/_copy`, {
      body: { spaces: [there, 'default'] },
    });
    expect(answer.body.copies).toEqual(
      [there, 'default'].map((space) => ({
        space_id: space,
        source_id: a,
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        name: a,
        connector_type_id: '.webhook',
        is_replaced: false,
        is_missing_secrets: false,
      })),
    );
    for (const { space_id, id } of answer.body.copies) {
      expect(await authorizationOf(id, space_id)).toBe(basic('canary-secret'));
      expect(vendor.received.at(-1)?.headers).toHaveProperty('webhook-signature');
      expect(await settingsOf(id, space_id)).toMatchObject({
        timeouts: { response: '7s' },
        secrets_set: ['signing_keys'],
      });
    }
    await call('DELETE', `/s/${here}/api/actions/connector/${a}`);
    expect(await authorizationOf(answer.body.copies[0].id)).toBe(basic('canary-secret'));
    expect(JSON.stringify(answer.body)).not.toContain('canary-secret');
  });

  it('keeps a reference to a secret a reference', async () => {
    const a = named('a');
    await hook(a, { user: 'ops', password: '${env:HOOK_PASSWORD}' });
    const [{ id }] = (await copy([a])).body.copies;
    expect(await authorizationOf(id)).toBe(basic('from-the-environment'));
    const exported = await call('POST', `/s/${there}/api/patchbay/connectors/_export`, {
      body: { recipients: [await identityToRecipient(IDENTITY)] },
    });
    const opened = await open(exported.body, IDENTITY);
    expect(opened).toContain('${env:HOOK_PASSWORD}');
    expect(opened).not.toContain('from-the-environment');
  });

  it('leads fallbacks and notices to what was copied with it, or before', async () => {
    const [a, b, c] = [named('a'), named('b'), named('c')];
    for (const id of [a, b, c]) await hook(id);
    const notice = { connector_id: c, params: { body: '{{text}}' } };
    await settings(a, { delivery: { fallback: { connector_id: b }, notices: notice } });
    const alone = await copy([a]);
    expect([alone.status, alone.body.message, alone.body.attributes]).toEqual([
      409,
      `Nothing was copied: the settings of the connector "${a}" name "${b}", which is not there in the space "${there}" for you to run: take it along`,
      {
        problems: [
          expect.objectContaining({ source_id: a, type: 'missing_references', missing_ids: [b, c] }),
        ],
      },
    ]);
    expect(await list()).toEqual([]);
    const [before] = (await copy([c])).body.copies;
    const [first, second] = (await copy([a, b])).body.copies;
    expect(await settingsOf(first.id)).toMatchObject({
      delivery: { fallback: { connector_id: second.id }, notices: { connector_id: before.id } },
    });
    await settings(a, { delivery: { fallback: { connector_id: 'fixed', params: { message: 'x' } } } });
    const [over] = (await copy([a], { overwrite: true })).body.copies;
    expect(await settingsOf(over.id)).toMatchObject({ delivery: { fallback: { connector_id: 'fixed' } } });
  });

  it('does not pile up: a copy that is there is in the way, replaced, or another one is made', async () => {
    const a = named('a');
    await hook(a);
    await settings(a, { timeouts: { response: '7s' } });
    const [{ id }] = (await copy([a])).body.copies;
    const again = await copy([a]);
    expect([again.status, again.body.message, again.body.attributes.problems]).toEqual([
      409,
      `Nothing was copied: the connector "${a}" is there already in the space "${there}", as "${id}"`,
      [
        {
          space_id: there,
          source_id: a,
          title: `Connector: [${a}]`,
          type: 'conflict',
          destination_id: id,
        },
      ],
    ]);
    await call('PUT', `/s/${here}/api/actions/connector/${a}`, {
      body: {
        name: 'changed',
        config: { url: vendor.url, hasAuth: true },
        secrets: { user: 'ops', password: 'changed' },
      },
    });
    await call('DELETE', `/s/${here}/api/patchbay/connectors/${a}/settings`);
    expect((await copy([a], { overwrite: true })).body.copies).toMatchObject([{ id, is_replaced: true }]);
    expect(await authorizationOf(id)).toBe(basic('changed'));
    expect(await settingsOf(id)).toEqual({ secrets_set: [] });
    expect((await copy([a], { create_new_copies: true })).body.copies).toMatchObject([
      { is_replaced: false },
    ]);
    expect(await list()).toHaveLength(2);
  });

  it('is all or nothing, over all connectors and spaces', async () => {
    const [a, b] = [named('a'), named('b')];
    for (const id of [a, b]) await hook(id);
    await copy([a]);
    const spaces = ['default', there];
    const before = (await list('default')).length;
    expect((await copy([b, a], { spaces })).status).toBe(409);
    expect([(await list()).length, (await list('default')).length]).toEqual([1, before]);
    expect((await copy([b, 'nowhere'])).status).toBe(404);
    const fixed = await copy([b, 'fixed']);
    expect([fixed.status, fixed.body.message]).toEqual([
      400,
      'Preconfigured action fixed is in every space, and in no other installation.',
    ]);
    expect((await list()).length).toBe(1);
  });

  it('takes all privileges in both spaces, and the right to change the connector; the copy is its maker’s', async () => {
    const a = named('a');
    await hook(a);
    const user = (name: string, inHere: string, inThere: string) =>
      addUser(server, named(name), [
        { spaces: [here], feature: { actions: [inHere] } },
        { spaces: [there], feature: { actions: [inThere] } },
      ]);
    const reader = await user('reader', 'read', 'all');
    const stranger = await user('stranger', 'all', 'read');
    const mover = await user('mover', 'all', 'all');
    const say = async (as: string, body = {}) => {
      const answer = await copy([a], body, { as });
      return [answer.status, answer.body.message];
    };
    expect(await say(reader)).toEqual([403, 'Unauthorized to update actions']);
    expect(await say(stranger)).toEqual([403, `Unauthorized to create actions in the space "${there}"`]);
    expect(await say('elastic:changeme', { spaces: ['nowhere'] })).toEqual([
      404,
      'Saved object [space/nowhere] not found',
    ]);
    await call('PUT', `/s/${here}/api/patchbay/connectors/${a}/access`, { body: { edit: {} } });
    expect(await say(mover)).toEqual([403, `Unauthorized to edit connector ${a}`]);
    expect(lastAudited()).toMatchObject({
      event: { action: 'connector_copy', outcome: 'failure' },
      kibana: { saved_object: { id: a } },
    });
    await call('DELETE', `/s/${here}/api/patchbay/connectors/${a}/access`);
    const { body } = await copy([a], {}, { as: mover });
    const access = await call('GET', `/s/${there}/api/patchbay/connectors/${body.copies[0].id}/access`, {
      as: mover,
    });
    expect(access.body.permissions.manage).toBe(true);
  });
});

/** With the passphrase, or a private key. */
async function open(file: string, identity?: string): Promise<string> {
  const decrypter = new Decrypter();
  if (identity === undefined) decrypter.addPassphrase(PASSPHRASE);
  else decrypter.addIdentity(identity);
  return decrypter.decrypt(armor.decode(file), 'text');
}

/** A file that somebody made by hand: a low work factor spares the test's time. */
async function sealed(text: string, workFactor = 10): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(PASSPHRASE);
  encrypter.setScryptWorkFactor(workFactor);
  return armor.encode(await encrypter.encrypt(text));
}

const exportAs = (body: object, options: CallOptions = {}) =>
  call('POST', `/s/${here}/api/patchbay/connectors/_export`, { ...options, body });
const load = (text: string, fields: Record<string, string> = { passphrase: PASSPHRASE }) =>
  call('POST', `/s/${there}/api/patchbay/connectors/_import`, form({ name: 'x.age', text }, fields));

describe('exporting connectors with their secrets', () => {
  it(
    'writes what age opens with the passphrase, and no secret in clear',
    async () => {
      const a = named('a');
      await hook(a);
      const { status, headers, body } = await exportAs({ passphrase: PASSPHRASE });
      expect([status, headers.get('content-type'), headers.get('content-disposition')]).toEqual([
        200,
        'application/octet-stream',
        'attachment; filename="connectors.age"',
      ]);
      expect(body).toMatch(
        /^-----BEGIN AGE ENCRYPTED FILE-----\n[\w+/=\n]+-----END AGE ENCRYPTED FILE-----\n$/,
      );
      expect(Buffer.from(body, 'base64').toString('latin1')).not.toContain('canary-secret');
      const [header, line] = (await open(body))
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text));
      expect(header).toEqual({ patchbay: 'connectors', version: 1 });
      expect(line).toMatchObject({
        type: 'action',
        id: a,
        attributes: { actionTypeId: '.webhook', secrets: { user: 'ops', password: 'canary-secret' } },
      });
      expect(lastAudited()).toMatchObject({
        event: { action: 'connector_export_with_secrets', outcome: 'success' },
        kibana: { saved_object: { id: a } },
      });
      expect(JSON.stringify(server.logged) + readFileSync(audit, 'utf8')).not.toMatch(
        /canary-secret|correct horse/,
      );
    },
    TWO_PASSPHRASES_MS,
  );

  it('writes for public keys, each of whose owners opens it', async () => {
    const a = named('a');
    await hook(a);
    const identities = [await generateIdentity(), await generateIdentity()];
    const recipients = await Promise.all(identities.map(identityToRecipient));
    const { body } = await exportAs({ connector_ids: [a], recipients });
    const imported = await load(body, { identity: `# a comment\n${identities[1]}\n` });
    expect(imported.body.connectors).toMatchObject([{ source_id: a }]);
    expect(await authorizationOf(imported.body.connectors[0].id)).toBe(basic('canary-secret'));
    const strange = await load(body, { identity: await generateIdentity() });
    expect([strange.status, strange.body.message]).toEqual([
      400,
      'The file does not open with these identities, or is damaged',
    ]);
  });

  it.each([
    [{}, /expected either \[passphrase\] or \[recipients\]$/],
    [
      { passphrase: 'x'.repeat(12), recipients: ['age1x'] },
      /expected either \[passphrase\] or \[recipients\]$/,
    ],
    [{ passphrase: 'too short' }, /^\[request body\.passphrase\]: expected at least 12 characters$/],
    [
      { recipients: ['ssh-rsa x'] },
      /^\[request body\.recipients\.0\]: expected a public key of age: age1\.\.\.$/,
    ],
    [{ recipients: ['age1nonsense'] }, /^One of the recipients is no public key of age/],
  ])('refuses %j', async (body, says) => {
    const answer = await exportAs(body);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringMatching(says)]);
  });

  it('is a superuser’s: changing connectors is not enough', async () => {
    const all = await addUser(server, named('all'), [{ spaces: ['*'], base: ['all'] }]);
    const { status, body } = await exportAs({ passphrase: PASSPHRASE }, { as: all });
    expect([status, body.message]).toEqual([403, 'Unauthorized to export actions with their secrets']);
  });
});

describe('importing connectors with their secrets', () => {
  const object = (id: string, facts: object = {}) => ({
    type: 'action',
    id,
    attributes: {
      actionTypeId: '.webhook',
      name: id,
      config: { url: vendor.url, hasAuth: true },
      secrets: { user: 'ops', password: 'canary-secret' },
    },
    ...facts,
  });
  const file = (...objects: unknown[]) =>
    sealed(
      [{ patchbay: 'connectors', version: 1 }, ...objects].map((line) => JSON.stringify(line)).join('\n'),
    );

  it('does nothing with another passphrase, or a file that is not as it was', async () => {
    const whole = await file(object(named('a')));
    const wrong = await load(whole, { passphrase: 'another passphrase' });
    expect([wrong.status, wrong.body.message]).toEqual([
      400,
      'The file does not open with this passphrase, or is damaged',
    ]);
    const bytes = Buffer.from(armor.decode(whole));
    const last = bytes.length - 1;
    bytes[last] = (bytes[last] ?? 0) ^ 1;
    const damaged = 'The file is damaged, or not one of age';
    for (const text of [
      armor.encode(bytes),
      armor.encode(bytes.subarray(0, last)),
      whole.slice(0, -40),
      'nonsense',
      '',
    ]) {
      const answer = await load(text);
      expect([answer.status, answer.body.message]).toEqual([400, damaged]);
    }
    expect(await list()).toEqual([]);
  });

  it('does not try a passphrase that takes more memory than a server should give', async () => {
    const costly = await sealed('x');
    const head = Buffer.from(armor.decode(costly))
      .toString('latin1')
      .replace(/(-> scrypt \S+) 10/, '$1 30');
    const { status, body } = await load(armor.encode(Buffer.from(head, 'latin1')));
    expect([status, body.message]).toEqual([
      400,
      'The file asks for more work to try a passphrase than is done here',
    ]);
  });

  it('is all or nothing', async () => {
    const [a, b] = [named('a'), named('b')];
    const bad = object(b, { attributes: { actionTypeId: '.nowhere', name: b } });
    const answer = await load(await file(object(a), bad));
    expect([answer.status, answer.body.message]).toEqual([
      409,
      `Nothing was imported: the connector "${b}": Action type ".nowhere" is not registered.`,
    ]);
    expect(await list()).toEqual([]);
  });

  it('replaces, or makes new ones, where that is said', async () => {
    const a = named('a');
    const whole = await file(object(a, { settings: { timeouts: { response: '7s' } } }));
    expect((await load(whole)).body.connectors).toMatchObject([{ id: a, is_replaced: false }]);
    expect(await settingsOf(a)).toMatchObject({ timeouts: { response: '7s' } });
    expect((await load(whole)).status).toBe(409);
    const over = await load(whole, { passphrase: PASSPHRASE, overwrite: 'true' });
    expect(over.body.connectors).toMatchObject([{ id: a, is_replaced: true }]);
    const anew = await load(whole, { passphrase: PASSPHRASE, create_new_copies: 'true' });
    expect(anew.body.connectors).toMatchObject([{ source_id: a, is_replaced: false }]);
    expect(await list()).toHaveLength(2);
  });

  it('gives a new id where its own is a preconfigured connector’s, or none that a connector may have', async () => {
    const { body } = await load(await file(object('fixed'), object('Not_Allowed')));
    expect(body.connectors.map(({ id }: { id: string }) => id)).toEqual(
      ['fixed', 'Not_Allowed'].map(() => expect.stringMatching(/^[0-9a-f-]{36}$/)),
    );
  });

  it.each([
    ['{"type":"action"}', 'The file is not one of connectors with their secrets'],
    ['{"patchbay":"connectors","version":2}', 'The file was written by a newer version of Patchbay (2)'],
    ['{"patchbay', 'Line 1 of the file is not JSON that can be read'],
    [
      '{"patchbay":"connectors","version":1}\n{"type":"action","id":"x","settings":{"proxy":{"url":"canary"}}}',
      'The settings of the connector "x" in the file: proxy.url: expected an http or https URL; proxy.url: must not carry credentials: they go into the secrets proxy_user and proxy_password',
    ],
  ])('refuses what is in it when it is none: %s', async (text, message) => {
    const answer = await load(await sealed(text));
    expect([answer.status, answer.body.message]).toEqual([400, message]);
  });

  it.each([
    [{}, '[request body]: expected either [passphrase] or [identity]'],
    [
      { passphrase: PASSPHRASE, overwrite: 'true', create_new_copies: 'true' },
      '[request body]: cannot use [overwrite] with [create_new_copies]',
    ],
    [{ identity: 'nonsense' }, 'One of the identities is no private key of age (AGE-SECRET-KEY-1...)'],
  ])('refuses %j', async (fields, message) => {
    const answer = await load(await sealed('x'), fields as Record<string, string>);
    expect([answer.status, answer.body.message]).toEqual([400, message]);
  });
});
