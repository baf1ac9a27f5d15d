#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Types are stripped and code compiled once, not at every start: a start is then faster, and smaller. This file itself
// is read before there is a cache. Therefore it is JavaScript: Node's type stripper is never loaded, which is 16 MB.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/patchbay-compile', import.meta.url)));

const { runPatchbay } = await import('./cli/patchbay.ts');
const { env: environment, stdin, stdout, stderr } = process;
// A reader that has seen enough, such as `head`, is no failure.
stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await runPatchbay(process.argv.slice(2), { environment, stdin, stdout, stderr });
