import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { testCa } from '@patchbay/engine/testing';
import { standIn } from '@patchbay/kit/testing';
import { expect, it } from 'vitest';
import { patchbayOf } from '../testing/run-patchbay.ts';
import { temporaryFolder } from '../testing/test-server.ts';

/** Answers with no spaces, over TLS. */
async function tlsServer({ cert, key }: { cert: string; key: string }) {
  const server = createServer({ cert, key }, (_request, response) => {
    response.setHeader('content-type', 'application/json').end('[]');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it('trusts the authority that it is given, and only that, unless told not to look', async () => {
  const ca = testCa();
  await using server = await tlsServer(ca.issue());
  const file = join(temporaryFolder(), 'ca.pem');
  writeFileSync(file, ca.cert);
  const list = (...args: string[]) => patchbayOf(server)(['spaces', 'list', '--json', ...args]);

  expect(await list()).toMatchObject({ exitCode: 3, stdout: '' });
  expect((await list()).stderr).toContain('its certificate is signed by an unknown authority (see --ca)');
  expect(await list('--ca', file)).toEqual({ exitCode: 0, stdout: '[]\n', stderr: '' });
  expect(await list('--insecure')).toEqual({ exitCode: 0, stdout: '[]\n', stderr: '' });
  expect(await list('--ca', '/not/there')).toMatchObject({ exitCode: 2, stdout: '' });

  await using other = await tlsServer(ca.issue({ ips: ['127.0.0.2'] }));
  const wrong = await patchbayOf(other)(['spaces', 'list', '--ca', file]);
  expect(wrong).toMatchObject({ exitCode: 3, stdout: '' });
  expect(wrong.stderr).toContain('its certificate is for another host');
});

it('keeps the path of the URL, and says where somebody else answers', async () => {
  await using proxy = await standIn(() => ({ body: '<html>welcome</html>' }));
  const ran = await patchbayOf({ url: `${proxy.url}/base/` })(['connectors', 'list', '--space', 'team']);
  expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
  expect(ran.stderr).toContain('is this a Patchbay server?');
  expect(proxy.received.map(({ url }) => url)).toEqual(['/base/s/team/api/actions/connectors']);
});
