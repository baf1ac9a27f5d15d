import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartupError } from '../errors/index.ts';
import { type TempFolder, tempFolder } from '../testing/index.ts';
import { readOrCreateKeyFile } from './key-file.ts';

describe('readOrCreateKeyFile', () => {
  let folder: TempFolder;
  let path: string;

  beforeEach(() => {
    folder = tempFolder();
    path = folder.file('encryption.key');
  });
  afterEach(() => folder[Symbol.dispose]());

  it('generates a key for its owner only, once', () => {
    const first = readOrCreateKeyFile(path, false);
    expect(first.isNew).toBe(true);
    expect(first.encryptionKey).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path)).toEqual(['encryption.key']);
    expect(readOrCreateKeyFile(path, true)).toEqual({ encryptionKey: first.encryptionKey, isNew: false });
  });

  it('generates another key in another place', () => {
    const first = readOrCreateKeyFile(path, false);
    expect(readOrCreateKeyFile(folder.file('other.key'), false).encryptionKey).not.toBe(first.encryptionKey);
  });

  it('reads a key that somebody put there, without the line break', () => {
    writeFileSync(path, `${'k'.repeat(32)}\n`);
    expect(readOrCreateKeyFile(path, true)).toEqual({ encryptionKey: 'k'.repeat(32), isNew: false });
  });

  it('refuses to generate one when secrets were encrypted with the one that is gone', () => {
    expect(() => readOrCreateKeyFile(path, true)).toThrow(
      new StartupError(
        `The encryption key is missing: ${path} does not exist and xpack.encryptedSavedObjects.encryptionKey is not set. ` +
          'The stored secrets need the key that they were encrypted with.',
      ),
    );
    expect(existsSync(path)).toBe(false);
  });

  it.each(['', '\n', 'k'.repeat(31)])('refuses a file that holds no whole key: %j', (content) => {
    writeFileSync(path, content);
    expect(() => readOrCreateKeyFile(path, false)).toThrow(StartupError);
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  it('generates a key anew when a start died while writing it', () => {
    writeFileSync(`${path}.new`, 'half a k');
    chmodSync(`${path}.new`, 0o644);
    expect(readOrCreateKeyFile(path, false).encryptionKey).toHaveLength(43);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
