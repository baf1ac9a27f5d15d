import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import peggy from 'peggy';
import { describe, expect, it } from 'vitest';
import { prepareVariables } from '../variables.ts';
import { evaluate } from './evaluate.ts';
import { NUMERIC, ON_LISTS } from './functions.ts';

const variables = prepareVariables({
  a: 3,
  list: [1, 2, 4],
  pair: [5, 7],
  nested: [[1], [2]],
  text: '12',
  nothing: null,
  deep: { 'b c': [{ d: 9 }] },
});
const value = (expression: string) => evaluate(expression, variables);

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 2 - 3', 5],
    ['8 / 4 / 2', 1],
    ['-1.5e2 + 1e-1', -149.9],
    ['\t1\n+\r1 ', 2],
    ['a', 3],
    ['-1 - -1', 0],
    ['list[1] + list.2', 6],
    ['"deep.b c[0].d"', 9],
    ['list * 2', [2, 4, 8]],
    ['list + list', [2, 4, 8]],
    ['text', '12'],
    ['text + 1', Number.NaN],
    ['nothing + 1', Number.NaN],
    ['nested + 1', Number.NaN],
    ['pow(9, pow(9, 9))', Number.POSITIVE_INFINITY],
  ])('%s is %j', (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  // https://www.elastic.co/guide/en/kibana/current/canvas-tinymath-functions.html
  it.each<[string, unknown]>([
    ['abs(-1)', 1],
    ['add(1, 2, 3)', 6],
    ['add(list, 10, 20)', [31, 32, 34]],
    ['add(list)', 7],
    ['cbrt(-27)', -3],
    ['ceil(-1.8)', -1],
    ['clamp(list, 2, 3)', [2, 2, 3]],
    ['cos(0)', 1],
    ['count(list)', 3],
    ['cube(list)', [1, 8, 64]],
    ['degtorad(180)', Math.PI],
    ['divide(6, 3)', 2],
    ['exp(0)', 1],
    ['first(list)', 1],
    ['fix(-1.8)', -1],
    ['floor(-1.2)', -2],
    ['last(list)', 4],
    ['log(64, 8)', 2],
    ['log(1)', 0],
    ['log10(1000)', expect.closeTo(3)],
    ['max(list, 3)', [3, 3, 4]],
    ['max(list)', 4],
    ['mean(1, 2, 3)', 2],
    ['median(10, 1, 2, 3)', 2.5],
    ['median(list)', 2],
    ['min(list, 3)', [1, 2, 3]],
    ['mod(10, 7)', 3],
    ['mode(2, 1, 2, 3, 1)', [1, 2]],
    ['multiply(6, 3)', 18],
    ['pi()', Math.PI],
    ['pow(list, 2)', [1, 4, 16]],
    ['radtodeg(pi())', 180],
    ['random(5, 5)', 5],
    ['range(1, 1000000000)', 999_999_999],
    ['range(list)', 3],
    ['round(10.93745987, 4)', 10.9375],
    ['round(-10.51)', -11],
    ['sin(0)', 0],
    ['size(pair)', 2],
    ['sqrt(9)', 3],
    ['square(-3)', 9],
    ['subtract(10, list)', [9, 8, 6]],
    ['sum(list, 3)', 10],
    ['tan(0)', 0],
    ['unique(list)', 3],
  ])('%s is %j', (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it.each([
    ['1 / 0', 'Cannot divide by 0'],
    ['mod(1, 0)', 'Cannot divide by 0'],
    ['list + pair', 'Array length mismatch'],
    ['clamp(1, 3, 2)', 'Min must be less than max'],
    ['log(-1)', 'Must be greater than 0'],
    ['log(1, 0)', 'Base out of range'],
    ['pow(2)', 'Missing exponent'],
    ['random(5, 1)', 'Min is greater than max'],
    ['size(1)', 'Must pass an array'],
    ['sqrt(-1)', 'Unable find the square root of a negative number'],
    ['nope', 'Unknown variable: nope'],
    ['nope(1)', 'No such function: nope'],
    [
      '',
      'Failed to parse expression. Expected "(", function, literal, or whitespace but end of input found.',
    ],
    [
      '(1',
      'Failed to parse expression. Expected ")", "*", "+", "-", "/", or whitespace but end of input found.',
    ],
  ])('%j fails with %s', (expression, message) => {
    expect(() => value(expression)).toThrow(new Error(message));
  });

  it.each([
    'constructor',
    '__proto__',
    'constructor.constructor',
    'list.constructor',
    'list.map',
    'list.asJSON',
    'deep.toString',
    'text.length',
    'list[constructor]',
  ])('finds nothing at %s', (expression) => {
    expect(() => value(expression)).toThrow(`Unknown variable: ${expression}`);
  });

  it.each(['constructor(1)', 'valueof(1)', 'eval("1")'])(
    'calls nothing but its functions: %s',
    (expression) => {
      expect(() => value(expression)).toThrow(/^No such function: |^Unknown variable: 1$/);
    },
  );

  it.each([
    ['parentheses', '('.repeat(200_000)],
    ['calls', 'abs('.repeat(200_000)],
    ['a sum', Array(200_000).fill('1').join('+')],
    ['lists', `add(${Array(5000).fill('list').join(',')})`],
    ['an operand', '9'.repeat(1_000_000)],
  ])('comes to an end with however much of %s', (_, expression) => {
    try {
      value(expression);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
    }
  });

  it('gives a value or an error, whatever it is made of', () => {
    const names = [...NUMERIC.keys(), ...ON_LISTS.keys(), 'a', 'list', 'pair', 'text', 'nested', 'nothing'];
    const piece = fc.oneof(
      fc.constantFrom(...names, '(', ')', ',', '+', '-', '*', '/', ' ', '1', '0', '.', '[0]', '"'),
      fc.string({ maxLength: 1 }),
    );
    const call = fc
      .tuple(fc.constantFrom(...NUMERIC.keys(), ...ON_LISTS.keys()), fc.array(fc.constantFrom(...names, '1')))
      .map(([name, args]) => `${name}(${args.join(',')})`);
    fc.assert(
      fc.property(
        fc.oneof(
          call,
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (expression) => {
          try {
            expect(['number', 'string', 'object', 'undefined']).toContain(typeof value(expression));
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        },
      ),
    );
  });
});

it('is parsed by what the grammar says: `npm run grammar`', async () => {
  const read = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');
  const made = peggy.generate(await read('grammar.peggy'), { output: 'source', format: 'es' });
  expect(await read('grammar.js')).toBe(made);
});
