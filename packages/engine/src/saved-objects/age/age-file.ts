import { Worker } from 'node:worker_threads';
import { BadRequestError } from '../../errors/index.ts';
import type { AgeAnswer, AgeTask } from './age-task.ts';

/** What a file is encrypted to: a passphrase, or public keys (`age1...`). */
export type AgeLock = { passphrase: string } | { recipients: readonly string[] };

/** What opens one: the passphrase, or private keys (`AGE-SECRET-KEY-1...`). */
export type AgeKey = { passphrase: string } | { identities: readonly string[] };

/** Files that the tool `age` reads and writes. https://age-encryption.org/v1 */
export interface AgeFiles {
  /** In ASCII. Throws `BadRequestError` for a public key that is none. */
  encrypt(text: string, lock: AgeLock): Promise<string>;
  /** In ASCII or not. Throws `BadRequestError` where it does not open. */
  decrypt(file: Uint8Array, key: AgeKey): Promise<string>;
}

/** What a file of age begins with, in ASCII and without. */
const HEADS = ['-----BEGIN AGE ENCRYPTED FILE-----', 'age-encryption.org/v1\n'];

const beginning = (file: Uint8Array) => Buffer.from(file.subarray(0, 200)).toString('latin1').trimStart();

/** A passphrase of `age` takes 256 MB and a second of a core: in a thread of its own, and one at a time. */
export function createAgeFiles(): AgeFiles {
  let last: Promise<unknown> = Promise.resolve();
  function inTurn(task: AgeTask): Promise<string> {
    const next = last.then(() => run(task));
    last = next.catch(() => {});
    return next;
  }
  return {
    encrypt: (text, lock) => inTurn({ kind: 'encrypt', text, ...lock }),
    async decrypt(file, key) {
      const task = { kind: 'decrypt' as const, file, ...key };
      if (!HEADS.some((head) => beginning(file).startsWith(head)))
        throw new BadRequestError(REFUSALS.unreadable(task));
      return inTurn(task);
    },
  };
}

const REFUSALS: Record<Exclude<AgeAnswer['kind'], 'done'>, (task: AgeTask) => string> = {
  noRecipient: () => 'One of the recipients is no public key of age (age1...)',
  noIdentity: () => 'One of the identities is no private key of age (AGE-SECRET-KEY-1...)',
  notOpened: (task) =>
    `The file does not open with ${'passphrase' in task ? 'this passphrase' : 'these identities'}, or is damaged`,
  tooCostly: () => 'The file asks for more work to try a passphrase than is done here',
  unreadable: () => 'The file is damaged, or not one of age',
};

function run(task: AgeTask): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./age-worker.ts', import.meta.url), { workerData: task });
    worker.once('message', (answer: AgeAnswer) => {
      if (answer.kind === 'done') resolve(answer.text);
      else reject(new BadRequestError(REFUSALS[answer.kind](task)));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread for age files ended without an answer')));
  });
}
