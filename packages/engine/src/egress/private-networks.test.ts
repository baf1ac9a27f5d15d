import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { expect, it } from 'vitest';
import { createAddressGuard } from './private-networks.ts';

/** A resolver of names that gives these addresses. */
const resolving = (...addresses: string[]): LookupFunction =>
  ((_hostname, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as LookupFunction;

function lookUp(lookup: LookupFunction, hostname: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, found) =>
      error === null ? resolve((found as LookupAddress[]).map(({ address }) => address)) : reject(error),
    );
  });
}

const hostnameOf = (url: string) => new URL(url).hostname;

it.each([
  'http://127.0.0.1',
  'http://127.1',
  'http://2130706433',
  'http://0x7f000001',
  'http://0177.0.0.1',
  'http://0',
  'http://10.1.2.3',
  'http://172.16.0.1',
  'http://172.31.255.255',
  'http://192.168.1.1',
  'http://169.254.169.254',
  'http://100.100.100.200',
  'http://168.63.129.16',
  'http://224.0.0.1',
  'http://255.255.255.255',
  'http://[::1]',
  'http://[::]',
  'http://[::ffff:127.0.0.1]',
  'http://[::ffff:a9fe:a9fe]',
  'http://[0:0:0:0:0:ffff:10.0.0.1]',
  'http://[::127.0.0.1]',
  'http://[64:ff9b::7f00:1]',
  'http://[2002:7f00:1::]',
  'http://[fd00:ec2::254]',
  'http://[fe80::1]',
])('refuses the address of %s', (url) => {
  const guard = createAddressGuard([]);
  expect(() => guard.ensureAllowed(hostnameOf(url))).toThrow(
    'leads into a private network, which the Patchbay config patchbay.egress.denyPrivateNetworks forbids',
  );
});

it.each(['http://1.1.1.1', 'http://172.32.0.1', 'http://[2606:4700::1]', 'http://[::ffff:8.8.8.8]'])(
  'lets %s through',
  (url) => {
    expect(() => createAddressGuard([]).ensureAllowed(hostnameOf(url))).not.toThrow();
  },
);

it('lets the exceptions through: addresses, networks and names', async () => {
  const guard = createAddressGuard(
    ['10.0.0.0/8', '127.0.0.1', 'fd00::/8', 'intern.example'],
    resolving('192.168.0.7'),
  );
  for (const address of ['10.9.9.9', '127.0.0.1', '[fd00::1]', '[::ffff:10.0.0.1]'])
    expect(() => guard.ensureAllowed(address)).not.toThrow();
  expect(() => guard.ensureAllowed('127.0.0.2')).toThrow();
  expect(await lookUp(guard.lookup, 'Intern.example')).toEqual(['192.168.0.7']);
  await expect(lookUp(guard.lookup, 'other.example')).rejects.toMatchObject({
    code: 'ERR_FORBIDDEN_ADDRESS',
  });
});

it('gives a connection only the public addresses of a name that has both', async () => {
  const guard = createAddressGuard([], resolving('127.0.0.1', '1.1.1.1', '::1', '2606:4700::1'));
  expect(await lookUp(guard.lookup, 'mixed.example')).toEqual(['1.1.1.1', '2606:4700::1']);
});

it('asks for the address once for a connection, so that a changed answer gains nothing', async () => {
  let asked = 0;
  const guard = createAddressGuard([], ((_hostname, _options, callback) => {
    asked++;
    callback(null, [{ address: asked === 1 ? '1.1.1.1' : '127.0.0.1', family: 4 }]);
  }) as LookupFunction);
  expect(await lookUp(guard.lookup, 'rebinding.example')).toEqual(['1.1.1.1']);
  expect(asked).toBe(1);
});

it('passes on that a name is not known', async () => {
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND x'), { code: 'ENOTFOUND' });
  const guard = createAddressGuard([], ((_hostname, _options, callback) =>
    callback(unknown, [])) as LookupFunction);
  await expect(lookUp(guard.lookup, 'x')).rejects.toBe(unknown);
});
