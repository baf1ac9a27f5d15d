// Installs the dependencies when node_modules is missing or older than the lock file.
// Runs before `npm start`, `npm test` and `npm run bench`, on whatever Node the host has (20 or newer).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.patchbay-setup');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(`Patchbay needs Node 20 or newer to set itself up; this is Node ${process.versions.node}.`);
  process.exit(1);
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('Installing dependencies (npm ci), once...');
  const isWindows = process.platform === 'win32';
  run(isWindows ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], isWindows);
  // Shows that the Node it brings runs here, and fills the compile cache, so that the first start is a fast one too.
  run(
    join(root, 'node_modules', '.bin', isWindows ? 'node.cmd' : 'node'),
    ['--disable-warning=ExperimentalWarning', join('packages', 'server', 'src', 'main.js'), '--version'],
    isWindows,
  );
  writeFileSync(stamp, wanted);
}

function run(command, args, shell) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell });
  if (error === undefined && status === 0) return;
  const reason = error === undefined ? `exit code ${status}` : error.message;
  console.error(`Setting up failed: ${command} ${args.join(' ')}: ${reason}.`);
  process.exit(1);
}
