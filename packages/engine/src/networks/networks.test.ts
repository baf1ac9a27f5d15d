import { describe, expect, it } from 'vitest';
import { createNetworks, isNetwork } from './index.ts';

describe('a network', () => {
  it.each(['10.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '::1', 'fc00::/7', '::ffff:10.0.0.1', '::/128'])(
    'may be written %s',
    (text) => {
      expect(isNetwork(text)).toBe(true);
      expect(() => createNetworks([text])).not.toThrow();
    },
  );

  it.each([
    '',
    'localhost',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::1/129',
    '*',
  ])('may not be written %j', (text) => expect(isNetwork(text)).toBe(false));
});

describe('networks', () => {
  const networks = createNetworks(['10.0.0.0/8', '192.168.1.7', 'fd00::/8']);

  it.each(['10.255.0.1', '192.168.1.7', '::ffff:10.0.0.1', '::ffff:a00:1', 'fd00::1', 'fd00::1%eth0'])(
    'contain %s',
    (address) => expect(networks.contains(address)).toBe(true),
  );

  it.each(['11.0.0.1', '192.168.1.8', '::1', '', 'unknown', '10.0.0.1:80', '10.0.0.1, 10.0.0.2'])(
    'do not contain %j',
    (address) => expect(networks.contains(address)).toBe(false),
  );

  it('contain nothing where there are none', () => {
    expect(createNetworks([]).contains('127.0.0.1')).toBe(false);
  });
});
