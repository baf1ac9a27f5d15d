/** A thread for one age file: see `age-file.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { armor, Decrypter, Encrypter } from 'age-encryption';
import type { AgeAnswer, AgeTask } from './age-task.ts';

/** What `age` itself writes; each one more doubles memory and time. */
const MAX_WORK_FACTOR = 18;

const ARMORED = '-----BEGIN AGE ENCRYPTED FILE-----';

const task = workerData as AgeTask;
parentPort?.postMessage(await (task.kind === 'encrypt' ? encrypt(task) : decrypt(task)));

async function encrypt(task: AgeTask & { kind: 'encrypt' }): Promise<AgeAnswer> {
  const encrypter = new Encrypter();
  if ('passphrase' in task) encrypter.setPassphrase(task.passphrase);
  else {
    try {
      for (const recipient of task.recipients) encrypter.addRecipient(recipient);
    } catch {
      return { kind: 'noRecipient' };
    }
  }
  return { kind: 'done', text: armor.encode(await encrypter.encrypt(task.text)) };
}

async function decrypt(task: AgeTask & { kind: 'decrypt' }): Promise<AgeAnswer> {
  const decrypter = new Decrypter();
  if ('passphrase' in task) decrypter.addPassphrase(task.passphrase);
  else {
    try {
      for (const identity of task.identities) decrypter.addIdentity(identity);
    } catch {
      return { kind: 'noIdentity' };
    }
  }
  try {
    const file = binary(task.file);
    if (workFactorOf(file) > MAX_WORK_FACTOR) return { kind: 'tooCostly' };
    return { kind: 'done', text: await decrypter.decrypt(file, 'text') };
  } catch (error) {
    // The library's one word for it that the key is another one.
    const isOtherKey = error instanceof Error && error.message.startsWith('no identity matched');
    return { kind: isOtherKey ? 'notOpened' : 'unreadable' };
  }
}

function binary(file: Uint8Array): Uint8Array {
  const text = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  return text.subarray(0, 200).toString('latin1').trimStart().startsWith(ARMORED)
    ? armor.decode(text.toString('latin1'))
    : file;
}

/** Of the passphrase in the file's head; 0 for a file that has none. */
function workFactorOf(file: Uint8Array): number {
  const head = Buffer.from(file.subarray(0, 200)).toString('latin1');
  return Number(/^age-encryption\.org\/v1\n-> scrypt \S+ (\d+)\n/.exec(head)?.[1] ?? 0);
}
