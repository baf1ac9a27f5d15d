import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartupError } from '../errors/index.ts';
import { type TempFolder, tempFolder } from '../testing/index.ts';
import { createKeystore, KEYSTORE_FILE, openKeystore } from './keystore.ts';
import { loadSettings } from './load.ts';
import { keystoreKeyProblem } from './sources.ts';

let folder: TempFolder;
let path: string;

beforeEach(() => {
  folder = tempFolder();
  path = folder.file(KEYSTORE_FILE);
});
afterEach(() => folder[Symbol.dispose]());

describe('a keystore', () => {
  it('keeps what is added until it is removed, in a file for its owner alone', () => {
    const keystore = createKeystore(path);
    keystore.add('b', 'secret-b');
    keystore.add('a', 'secret-a');
    expect(openKeystore(path).list()).toEqual(['a', 'b']);
    expect(openKeystore(path).values()).toEqual({ a: 'secret-a', b: 'secret-b' });
    expect(keystore.remove('b')).toBe(true);
    expect(keystore.remove('b')).toBe(false);
    expect(openKeystore(path).list()).toEqual(['a']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).not.toContain('secret-a');
  });

  it('opens with its password only', () => {
    createKeystore(path, 'open').add('a', '1');
    expect(openKeystore(path, 'open').values()).toEqual({ a: '1' });
    for (const wrong of ['', 'close']) expect(() => openKeystore(path, wrong)).toThrow('does not open');
  });

  it('that was changed, is something else or is not there is refused', () => {
    createKeystore(path).add('a', '1');
    const sealed = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(
      path,
      JSON.stringify({
        ...sealed,
        data: `${sealed.data.startsWith('A') ? 'B' : 'A'}${sealed.data.slice(1)}`,
      }),
    );
    expect(() => openKeystore(path)).toThrow('the file was changed');
    writeFileSync(path, '{}');
    expect(() => openKeystore(path)).toThrow('is no keystore');
    writeFileSync(path, 'x');
    expect(() => openKeystore(path)).toThrow(StartupError);
    expect(() => openKeystore(folder.file('nowhere'))).toThrow(StartupError);
  });
});

describe('settings from a keystore', () => {
  const load = (environment: Record<string, string> = {}) => {
    writeFileSync(
      folder.file('kibana.yml'),
      'server: {port: 1, name: file, host: a.example}\nxpack.actions.preconfigured: {my.slack: {name: My, actionTypeId: .slack}}',
    );
    const files = [folder.file('kibana.yml')];
    return loadSettings({ files, environment: { PATH_DATA: folder.path, ...environment } }).settings;
  };

  it('win over files and lose to the environment; numbers and lists are JSON', () => {
    const keystore = createKeystore(path);
    keystore.add('server.port', '2');
    keystore.add('server.name', 'keystore');
    keystore.add('xpack.actions.allowedHosts', '["b.example"]');
    expect(load({ SERVER_NAME: 'environment' })).toMatchObject({
      'server.port': 2,
      'server.name': 'environment',
      'server.host': 'a.example',
      'xpack.actions.allowedHosts': ['b.example'],
    });
  });

  it('complete preconfigured connectors, also one with a dot in its id', () => {
    createKeystore(path).add('xpack.actions.preconfigured.my.slack.secrets.webhookUrl', 'https://x');
    expect(load()['xpack.actions.preconfigured']['my.slack']).toMatchObject({
      name: 'My',
      secrets: { webhookUrl: 'https://x' },
    });
  });

  it('need the keystore’s password', () => {
    createKeystore(path, 'open').add('server.port', '2');
    expect(() => load()).toThrow('does not open');
    expect(load({ PATCHBAY_KEYSTORE_PASSWORD: 'open' })['server.port']).toBe(2);
  });

  it('that nobody knows are refused, at the start and before they are added', () => {
    createKeystore(path).add('server.prot', '2');
    expect(() => load()).toThrow('server.prot: unknown setting, did you mean server.port?');
    expect(keystoreKeyProblem('server.prot')).toBe('server.prot: unknown setting, did you mean server.port?');
    expect(keystoreKeyProblem('xpack.actions.preconfigured.a.b.secrets.c')).toBeUndefined();
    expect(keystoreKeyProblem('elasticsearch.password')).toBeUndefined();
  });
});
