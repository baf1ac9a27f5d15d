import {
  type ActionContext,
  createRenderer,
  type LogLevel,
  prepareVariables,
  runAction,
  ValidationError,
} from '@patchbay/kit';
import { hostileText, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serverLog } from './server-log.ts';

const LEVELS: LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

describe('.server-log', () => {
  it('logs at level info where no level is given, and answers without data', async () => {
    const { result, logged } = await testAction(serverLog, { params: { message: 'x' } });
    expect(result).toEqual({ actionId: 'test', status: 'ok' });
    expect(logged).toEqual([{ level: 'info', message: 'Server log: x' }]);
  });

  it.each(LEVELS)('logs at level %s', async (level) => {
    const { logged } = await testAction(serverLog, { params: { message: 'x', level } });
    expect(logged).toEqual([{ level, message: 'Server log: x' }]);
  });

  it.each([
    ['hello\nworld', 'hello;world'],
    ['a\r\nb', 'a;;b'],
    ['a\tb', 'a\tb'],
    ['', ''],
  ])('logs %j as %j', async (message, expected) => {
    const { logged } = await testAction(serverLog, { params: { message } });
    expect(logged).toMatchObject([{ message: `Server log: ${expected}` }]);
  });

  it('replaces the control characters and line separators, and nothing else', async () => {
    const all = Array.from({ length: 0x3000 }, (_, code) => code);
    const { logged } = await testAction(serverLog, { params: { message: String.fromCharCode(...all) } });
    const line = logged[0]?.message.slice('Server log: '.length) ?? '';
    const replaced = all.filter((code) => line.charCodeAt(code) !== code);
    const range = (from: number, to: number) => all.slice(from, to + 1);
    expect(line).toHaveLength(all.length);
    expect(replaced).toEqual([
      ...range(0x00, 0x08),
      ...range(0x0a, 0x1f),
      ...range(0x7f, 0x9f),
      ...range(0x2028, 0x2029),
    ]);
    expect(new Set(replaced.map((code) => line[code]))).toEqual(new Set([';']));
  });

  it('says why the line could not be written', async () => {
    const log = {
      info() {
        throw new Error('disk full');
      },
    };
    const context = { params: { message: 'x', level: 'info' }, connector: { id: 'test' }, log };
    expect(await runAction(serverLog, context as unknown as ActionContext)).toStrictEqual({
      actionId: 'test',
      status: 'error',
      message: 'error logging message',
      serviceMessage: 'disk full',
      errorSource: 'user',
    });
  });

  it.each([
    [{}, '✖ Invalid input: expected string, received undefined\n  → at message'],
    [{ message: 1 }, '✖ Invalid input: expected string, received number\n  → at message'],
    [{ message: {} }, '✖ Invalid input: expected string, received object\n  → at message'],
    [
      { message: 'x', level: 'foo' },
      '✖ Invalid option: expected one of "trace"|"debug"|"info"|"warn"|"error"|"fatal"\n  → at level',
    ],
  ])('refuses the params %j', async (params, reason) => {
    await expect(testAction(serverLog, { params })).rejects.toThrow(
      new ValidationError(`error validating action params: ${reason}`),
    );
  });

  it.each(['config', 'secrets'])('has nothing to keep in its %s', async (part) => {
    const params = { message: 'x' };
    expect(serverLog[part as 'config' | 'secrets'].parse(undefined)).toEqual({});
    await expect(testAction(serverLog, { params, [part]: { other: 1 } })).rejects.toThrow(
      new ValidationError(`error validating connector type ${part}: ✖ Unrecognized key: "other"`),
    );
  });

  it('renders every param without escaping', () => {
    const renderer = createRenderer(prepareVariables({ html: '<b>*&*</b>', level: 'warn' }));
    expect(serverLog.renderParams({ message: '{{html}}', level: '{{level}}' }, renderer)).toEqual({
      message: '<b>*&*</b>',
      level: 'warn',
    });
  });

  it('logs one line that holds a value, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText(), async (rogue) => {
        const renderer = createRenderer(prepareVariables({ rogue }));
        const { logged } = await testAction(serverLog, {
          params: serverLog.renderParams({ message: 'a {{rogue}} b' }, renderer),
        });
        const line = rogue.replace(/(?!\t)\p{Cc}|[\u2028\u2029]/gu, ';');
        expect(logged.map(({ message }) => message === `Server log: a ${line} b`)).toEqual([true]);
      }),
    );
  });
});
