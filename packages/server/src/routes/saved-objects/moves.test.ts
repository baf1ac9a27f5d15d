import { standIn } from '@patchbay/kit/testing';
import { expect, it, vi } from 'vitest';
import { form } from '../../testing/form.ts';
import { type TestServer, testServer } from '../../testing/test-server.ts';

/** Connectors that leave one space for another, and one installation for one with another key, as people move them. */

/** A passphrase is a second's work for a core that nobody else wants; and there are two servers, and many calls. */
const LONG_MS = 120_000;

const EXPORT = '/api/saved_objects/_export';
const IMPORT = '/api/saved_objects/_import';

const installation = (key: string) =>
  testServer({ settings: { 'xpack.encryptedSavedObjects.encryptionKey': key.repeat(32) } });

/** Takes what has the password, and nothing else. */
const guarded = () =>
  standIn(({ headers }) =>
    headers.authorization === `Basic ${btoa('ops:open-sesame')}` ? {} : { status: 401 },
  );

const hook = (url: string) => ({
  name: 'Hook',
  connector_type_id: '.webhook',
  config: { url, hasAuth: true },
  secrets: { user: 'ops', password: 'open-sesame' },
});

const run = ({ call }: TestServer, path: string) =>
  call('POST', `${path}/_execute`, { body: { params: { body: 'hello' } } });

async function made(server: TestServer, url: string): Promise<void> {
  for (const id of ['ops', 'dev']) await server.call('POST', '/api/spaces/space', { body: { id, name: id } });
  const created = await server.call('POST', '/s/ops/api/actions/connector/hook', { body: hook(url) });
  expect(created.status).toBe(200);
  const log = { name: 'Log', connector_type_id: '.server-log' };
  await server.call('POST', '/s/ops/api/actions/connector/log', { body: log });
}

it(
  'moves connectors in a file without secrets: those that miss some are marked, passed over, repaired, and work',
  async () => {
    await using vendor = await guarded();
    await using first = await installation('a');
    await using second = await installation('b');
    await made(first, vendor.url);
    expect((await run(first, '/s/ops/api/actions/connector/hook')).body.status).toBe('ok');

    const { body: file } = await first.call('POST', `/s/ops${EXPORT}`, { body: { type: 'action' } });
    const upload = form({ name: 'export.ndjson', text: file });
    const places: { server: TestServer; space: string }[] = [
      { server: first, space: '/s/dev' },
      { server: second, space: '' },
    ];
    for (const { server, space } of places) {
      const imported = await server.call('POST', `${space}${IMPORT}`, upload);
      expect(imported.body).toMatchObject({
        success: true,
        successCount: 2,
        warnings: [{ message: '1 connector has sensitive information that require updates.' }],
      });
      const { body: list } = await server.call('GET', `${space}/api/actions/connectors`);
      expect(list).toMatchObject([
        { name: 'Hook', is_missing_secrets: true },
        { name: 'Log', is_missing_secrets: false },
      ]);
      const [{ id, name, config }] = list;
      const path = `${space}/api/actions/connector/${id}`;
      expect((await server.call('GET', path)).body.is_missing_secrets).toBe(true);

      const sent = vendor.received.length;
      const enqueue = () =>
        server.call('POST', `${space}/api/patchbay/deliveries`, {
          body: { connector_id: id, params: { body: 'later' } },
        });
      const refused = await enqueue();
      expect([refused.status, refused.body.message]).toEqual([
        400,
        'Unable to execute action because no secrets are defined for the "Hook" connector.',
      ]);
      expect((await run(server, path)).body).toMatchObject({ status: 'error' });
      expect(vendor.received.slice(sent).filter(({ headers }) => headers.authorization)).toEqual([]);

      const repaired = await server.call('PUT', path, {
        body: { name, config, secrets: { user: 'ops', password: 'open-sesame' } },
      });
      expect(repaired.body.is_missing_secrets).toBe(false);
      expect((await run(server, path)).body).toMatchObject({ status: 'ok' });
      const accepted = await enqueue();
      expect(accepted.status).toBe(202);
      const delivery = `${space}/api/patchbay/deliveries/${accepted.body.id}`;
      await vi.waitFor(
        async () => expect((await server.call('GET', delivery)).body.state).toBe('delivered'),
        10_000,
      );
    }
  },
  LONG_MS,
);

it(
  'moves connectors in a file with secrets, encrypted: they work at once',
  async () => {
    await using vendor = await guarded();
    await using first = await installation('a');
    await using second = await installation('b');
    await made(first, vendor.url);
    const passphrase = 'a long way from home';
    const exported = await first.call('POST', '/s/ops/api/patchbay/connectors/_export', {
      body: { passphrase },
    });
    expect(exported.status).toBe(200);
    const upload = form({ name: 'connectors.age', text: exported.body }, { passphrase });

    const there = await second.call('POST', '/api/patchbay/connectors/_import', upload);
    expect(there.body.connectors).toEqual([
      {
        space_id: 'default',
        source_id: 'hook',
        id: 'hook',
        name: 'Hook',
        connector_type_id: '.webhook',
        is_replaced: false,
        is_missing_secrets: false,
      },
      expect.objectContaining({ id: 'log' }),
    ]);
    expect((await run(second, '/api/actions/connector/hook')).body).toMatchObject({ status: 'ok' });

    const here = await first.call('POST', '/s/dev/api/patchbay/connectors/_import', upload);
    const [{ id }] = here.body.connectors;
    expect(id).not.toBe('hook');
    expect((await run(first, `/s/dev/api/actions/connector/${id}`)).body).toMatchObject({ status: 'ok' });
  },
  LONG_MS,
);
