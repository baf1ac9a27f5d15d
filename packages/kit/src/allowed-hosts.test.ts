import { describe, expect, it } from 'vitest';
import { createAllowedHosts } from './allowed-hosts.ts';

describe('allowed hosts', () => {
  const { ensureUrlAllowed, ensureHostnameAllowed } = createAllowedHosts(['hooks.example', 'other.example']);

  it.each([
    'https://hooks.example',
    'http://HOOKS.example:8080/path?query',
    'ftp://user:password@other.example',
  ])('let %s pass', (url) => {
    expect(() => ensureUrlAllowed(url)).not.toThrow();
  });

  it.each([
    'https://elsewhere.example/x',
    'https://sub.hooks.example',
    'https://hooks.example.evil.example',
    'https://hooks.example@evil.example',
    'hooks.example',
    'mailto:a@hooks.example',
    '',
  ])('refuse the URL %j', (url) => {
    expect(() => ensureUrlAllowed(url)).toThrow(
      new Error(`target url "${url}" is not added to the Kibana config xpack.actions.allowedHosts`),
    );
  });

  it('are compared with a bare hostname', () => {
    expect(() => ensureHostnameAllowed('other.example')).not.toThrow();
    expect(() => ensureHostnameAllowed('evil.example')).toThrow(
      new Error(
        'target hostname "evil.example" is not added to the Kibana config xpack.actions.allowedHosts',
      ),
    );
  });

  it('are all there are where one of them is the asterisk, also for text that is no URL', () => {
    const all = createAllowedHosts(['hooks.example', '*']);
    for (const url of ['https://elsewhere.example', 'no URL', ''])
      expect(() => all.ensureUrlAllowed(url)).not.toThrow();
    expect(() => all.ensureHostnameAllowed('elsewhere.example')).not.toThrow();
  });

  it('are none where the list is empty', () => {
    expect(() => createAllowedHosts([]).ensureUrlAllowed('https://hooks.example')).toThrow();
  });

  it('know no patterns', () => {
    expect(() => createAllowedHosts(['*.example']).ensureUrlAllowed('https://hooks.example')).toThrow();
  });
});
