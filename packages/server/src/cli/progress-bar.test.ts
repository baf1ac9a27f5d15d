import { PassThrough, Readable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { expect, it } from 'vitest';
import { progressBar } from './progress-bar.ts';
import { createTerminal } from './terminal.ts';

/** What is drawn on standard error of this width (undefined: it is no terminal), each drawing with what clears the line. */
function drawn(columns: number | undefined, total: number, done: readonly number[]): string[] {
  const stream = () => Object.assign(new PassThrough(), { isTTY: columns !== undefined, columns });
  const [stdout, stderr] = [stream(), stream()];
  const terminal = createTerminal({
    environment: {},
    stdin: Readable.from([]),
    stdout: stdout as unknown as WriteStream,
    stderr: stderr as unknown as WriteStream,
  });
  const bar = progressBar(terminal, total);
  for (const count of done) bar.show(count);
  bar.end();
  expect(stdout.read()).toBeNull();
  return (stderr.read()?.toString() ?? '').split('\r').slice(1);
}

const CLEAR = '\u001b[K';

it('fills up, over itself, and is gone at the end', () => {
  expect(drawn(80, 4, [1, 4])).toEqual([
    `${CLEAR}[${'-'.repeat(40)}] 0/4`,
    `${CLEAR}[${'#'.repeat(10)}${'-'.repeat(30)}] 1/4`,
    `${CLEAR}[${'#'.repeat(40)}] 4/4`,
    CLEAR,
  ]);
});

it.each([
  [20, `${CLEAR}[#####-----] 50/100`],
  [10, `${CLEAR}[] 50/100`],
  [0, `${CLEAR}[${'#'.repeat(20)}${'-'.repeat(20)}] 50/100`],
])('fits a terminal of %i columns', (columns, line) => {
  expect(drawn(columns, 100, [50])[1]).toBe(line);
});

it('is not drawn where there is no terminal, or nothing to do', () => {
  expect(drawn(undefined, 4, [1, 4])).toEqual([]);
  expect(drawn(80, 0, [0])).toEqual([]);
});
