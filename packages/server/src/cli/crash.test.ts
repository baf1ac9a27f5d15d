import { redactor } from '@patchbay/engine/redaction';
import { expect, it } from 'vitest';
import { crashReport } from './crash.ts';

it('tells the stacks of an error and of its causes, without secrets and whatever else hangs on it', () => {
  const error = Object.assign(new Error('cannot send hush-hush', { cause: new TypeError('no hush-hush') }), {
    headers: 'hush-hush',
  });
  const report = crashReport(error, redactor('hush-hush'));
  expect(report).toMatch(
    /^Error: cannot send \[redacted\]\n +at [\s\S]*\ncaused by: TypeError: no \[redacted\]\n +at /,
  );
  expect(report).not.toContain('hush');
});

it('takes what was thrown as it comes', () => {
  const circle = new Error('round');
  circle.cause = circle;
  expect(crashReport(circle).match(/round/g)).toHaveLength(1);
  expect(crashReport('text')).toBe('text');
});
