import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TempFolder, tempFolder } from '../testing/index.ts';
import { loadSettings } from './load.ts';

const KEY = 'patchbay.connectorTypes';

let folder: TempFolder;
beforeEach(() => {
  folder = tempFolder();
});
afterEach(() => folder[Symbol.dispose]());

function file(name: string, yaml: string): string {
  mkdirSync(dirname(folder.file(name)), { recursive: true });
  writeFileSync(folder.file(name), yaml);
  return folder.file(name);
}

describe('patchbay.connectorTypes', () => {
  it('has files seen from the folder of the configuration file, and packages as they are named', () => {
    const files = [file('a/patchbay.yml', `${KEY}: [./x.ts, ../y.ts, /z.ts, "@acme/notes"]`)];
    const { settings, folders } = loadSettings({ files, environment: {} });
    expect(settings[KEY]).toEqual([folder.file('a/x.ts'), folder.file('y.ts'), '/z.ts', '@acme/notes']);
    expect(folders).toEqual([folder.file('a')]);
  });

  it('is the last file’s, packages first looked for there', () => {
    const files = [file('a/1.yml', `${KEY}: [./x.ts]`), file('b/2.yml', `${KEY}: [./x.ts]`)];
    const { settings, folders } = loadSettings({ files, environment: {} });
    expect(settings[KEY]).toEqual([folder.file('b/x.ts')]);
    expect(folders).toEqual([folder.file('b'), folder.file('a')]);
  });

  it('from the environment has files seen from the current folder', () => {
    const { settings, folders } = loadSettings({
      files: [],
      environment: { PATCHBAY_CONNECTORTYPES: './x.ts,notes' },
    });
    expect(settings[KEY]).toEqual([resolve('x.ts'), 'notes']);
    expect(folders).toEqual([resolve('.')]);
  });

  it('that is no list of names is a mistake', () => {
    const files = [file('c/patchbay.yml', `${KEY}: {a: 1}`)];
    expect(() => loadSettings({ files, environment: {} })).toThrow(`${KEY}: `);
  });
});
