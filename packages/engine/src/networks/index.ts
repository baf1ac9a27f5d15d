import { BlockList, isIP } from 'node:net';

/** Addresses and networks, asked as one. */
export interface Networks {
  /** False for what is no address. */
  contains(address: string): boolean;
}

/** `10.0.0.1` and `::1` are addresses, `10.0.0.0/8` and `fc00::/7` are networks. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** Each of the list is a network, or an address, by `isNetwork`. */
export function createNetworks(networks: readonly string[]): Networks {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return {
    contains(address) {
      const [plain = ''] = address.split('%');
      const version = isIP(plain);
      // An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address.
      return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
    },
  };
}
