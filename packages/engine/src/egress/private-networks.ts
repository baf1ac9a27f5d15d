import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { HttpRequestError } from '@patchbay/kit';
import { createNetworks } from '../networks/index.ts';

/** Addresses that are not the internet's: https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-. */
const PRIVATE_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Azure's platform services, which answer at a public address.
  '168.63.129.16/32',
];

/** Also the ranges in which an IPv4 address can be written: compatible, translated (NAT64), 6to4, Teredo. */
const PRIVATE_IPV6 = [
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/32',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/** Keeps connections away from private networks, at the moment of connecting. */
export interface AddressGuard {
  /** For hosts written as an address, which nobody looks up. Throws `HttpRequestError`. */
  ensureAllowed(hostname: string): void;
  /** Looks a name up for a connection: only allowed addresses come back, and those are dialled as they are. */
  lookup: LookupFunction;
}

/**
 * `exceptions` are addresses, networks in CIDR notation, and names that may lead anywhere. `resolve` looks names up;
 * default: the system's way.
 */
export function createAddressGuard(
  exceptions: readonly string[],
  resolve: LookupFunction = dnsLookup as LookupFunction,
): AddressGuard {
  const denied = createNetworks([...PRIVATE_IPV4, ...PRIVATE_IPV6]);
  const allowed = createNetworks(exceptions.filter((exception) => isIP(exception.split('/')[0] ?? '') !== 0));
  const names = new Set(exceptions.map((exception) => exception.toLowerCase()));
  const isAllowed = (address: string) => !denied.contains(address) || allowed.contains(address);

  return {
    ensureAllowed(hostname) {
      const address = unbracketed(hostname);
      if (isIP(address) !== 0 && !isAllowed(address)) throw forbidden(hostname);
    },
    lookup(hostname, options, callback) {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, []);
        const found = addresses as LookupAddress[];
        const usable = names.has(hostname.toLowerCase())
          ? found
          : found.filter(({ address }) => isAllowed(address));
        const first = usable[0];
        if (first === undefined) return callback(forbidden(hostname), []);
        if (options.all) callback(null, usable);
        else callback(null, first.address, first.family);
      });
    },
  };
}

function forbidden(hostname: string): HttpRequestError {
  return new HttpRequestError(
    `target hostname "${hostname}" leads into a private network, which the Patchbay config patchbay.egress.denyPrivateNetworks forbids`,
    { code: 'ERR_FORBIDDEN_ADDRESS' },
  );
}

function unbracketed(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
