import { statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { type Ran, runPatchbay } from '../testing/run-patchbay.ts';
import { temporaryFolder } from '../testing/test-server.ts';

const PLANTED = 'a-planted-secret-of-more-than-thirty-two';
const KEY = 'xpack.encryptedSavedObjects.encryptionKey';

let folder: string;

beforeEach(() => {
  folder = join(temporaryFolder(), 'data');
});

async function keystore(args: string[], input = '', environment = {}): Promise<Ran> {
  const ran = await runPatchbay(['keystore', ...args], {
    environment: { PATH_DATA: folder, ...environment },
    input,
  });
  expect(JSON.stringify(ran)).not.toContain(PLANTED);
  return ran;
}

it('keeps a setting, tells its name and not its value, and removes it', async () => {
  const path = join(folder, 'patchbay.keystore');
  expect(await keystore(['create'])).toEqual({
    exitCode: 0,
    stdout: `created the keystore ${path}\n`,
    stderr: '',
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect((await keystore(['add', KEY, '--stdin'], `${PLANTED}\n`)).stdout).toBe(`added ${KEY}\n`);
  expect((await keystore(['list'])).stdout).toBe(`${KEY}\n`);
  expect(JSON.parse((await keystore(['list', '--json'])).stdout)).toEqual([KEY]);
  expect((await keystore(['remove', KEY])).exitCode).toBe(0);
  expect((await keystore(['remove', KEY])).exitCode).toBe(4);
});

it('overwrites neither itself nor a value without being told to', async () => {
  await keystore(['create']);
  await keystore(['add', KEY, '--stdin'], PLANTED);
  expect(await keystore(['create'])).toMatchObject({ exitCode: 2, stdout: '' });
  expect(await keystore(['add', KEY, '--stdin'], PLANTED)).toMatchObject({ exitCode: 2, stdout: '' });
  expect((await keystore(['add', KEY, '--stdin', '--yes'], PLANTED)).exitCode).toBe(0);
  expect((await keystore(['create', '--yes'])).exitCode).toBe(0);
  expect((await keystore(['list'])).stdout).toBe('');
});

it('opens with its password only', async () => {
  const password = { PATCHBAY_KEYSTORE_PASSWORD: PLANTED };
  await keystore(['create'], '', password);
  expect((await keystore(['list'], '', password)).exitCode).toBe(0);
  expect((await keystore(['list'])).exitCode).toBe(1);
});

it('refuses what is no setting, an empty value, and to ask where nobody is there', async () => {
  await keystore(['create']);
  expect(await keystore(['add', 'server.prot', '--stdin'], PLANTED)).toMatchObject({ exitCode: 2 });
  expect(await keystore(['add', KEY, '--stdin'], '')).toMatchObject({ exitCode: 2 });
  expect(await keystore(['add', KEY])).toMatchObject({ exitCode: 2 });
  expect((await keystore(['list'])).stdout).toBe('');
});

it('exits 4 where there is none', async () => {
  expect(await keystore(['list'])).toMatchObject({ exitCode: 4, stdout: '' });
});
