/** A list stands for each of its numbers: `[1, 2] * 2` is `[2, 4]`. */
export type Operand = number | readonly number[];

/** What a function of an expression does. The result of `first` and `last` is whatever the list holds. */
export type MathFunction = (...args: Operand[]) => unknown;

const add = (values: readonly number[]) => values.reduce((sum, value) => sum + value);
const extent = (values: readonly number[]) => largest(values) - smallest(values);
const mean = (values: readonly number[]) => add(values) / values.length;

/** Those that work on numbers; other operands make their result NaN. */
export const NUMERIC: ReadonlyMap<string, MathFunction> = new Map<string, MathFunction>([
  ['abs', unary(Math.abs)],
  ['add', reducing(add)],
  ['cbrt', unary(Math.cbrt)],
  ['ceil', unary(Math.ceil)],
  ['clamp', elementwise(3, clamp)],
  ['cos', unary(Math.cos)],
  ['cube', unary((value) => value ** 3)],
  ['degtorad', unary((degrees) => (degrees * Math.PI) / 180)],
  ['divide', elementwise(2, (a, b) => a / divisor(b))],
  ['exp', unary(Math.exp)],
  ['fix', unary(Math.trunc)],
  ['floor', unary(Math.floor)],
  ['log', elementwise(2, logarithm)],
  ['log10', unary((value) => logarithm(value, 10))],
  ['max', reducing(largest)],
  ['mean', reducing(mean)],
  ['median', reducing(median)],
  ['min', reducing(smallest)],
  ['mod', elementwise(2, (a, b) => a % divisor(b))],
  ['mode', reducing(mode)],
  ['multiply', (...args) => broadcast(args, (values) => values.reduce((a, b) => a * b))],
  ['pi', () => Math.PI],
  ['pow', elementwise(2, power)],
  ['radtodeg', unary((radians) => (radians * 180) / Math.PI)],
  ['random', (...args) => random(...(args as number[]))],
  ['range', reducing(extent)],
  ['round', elementwise(2, (value, digits = 0) => Math.round(value * 10 ** digits) / 10 ** digits)],
  ['sin', unary(Math.sin)],
  ['sqrt', unary(squareRoot)],
  ['square', unary((value) => value ** 2)],
  ['subtract', elementwise(2, (a, b) => a - b)],
  ['sum', (...args) => add(args.flat())],
  ['tan', unary(Math.tan)],
]);

/** Those that work on lists of anything. */
export const ON_LISTS: ReadonlyMap<string, MathFunction> = new Map<string, MathFunction>([
  ['count', size],
  ['first', (list) => (Array.isArray(list) ? list[0] : list)],
  ['last', (list) => (Array.isArray(list) ? list.at(-1) : list)],
  ['size', size],
  ['unique', (list) => (Array.isArray(list) ? new Set(list).size : 1)],
]);

/** Of the first operand; others are ignored. */
function unary(of: (value: number) => number): MathFunction {
  return elementwise(1, of);
}

function elementwise(arity: number, of: (...values: number[]) => number): MathFunction {
  return (...args) => broadcast(args.slice(0, arity), (values) => of(...values));
}

/** Of the numbers of one list, or else across the operands. */
function reducing(of: (values: readonly number[]) => unknown): MathFunction {
  return (...args) => (args.length === 1 && Array.isArray(args[0]) ? of(args[0]) : broadcast(args, of));
}

function broadcast(args: readonly Operand[], of: (values: number[]) => unknown): unknown {
  const lists = args.filter((arg) => typeof arg !== 'number');
  const [list] = lists;
  if (list === undefined) return of(args as number[]);
  if (lists.some(({ length }) => length !== list.length)) throw new Error('Array length mismatch');
  return list.map((_, index) => of(args.map((arg) => (typeof arg === 'number' ? arg : Number(arg[index])))));
}

function clamp(value: number, min: number, max: number): number {
  if (min > max) throw new Error('Min must be less than max');
  return Math.min(Math.max(value, min), max);
}

function divisor(value: number): number {
  if (value === 0) throw new Error('Cannot divide by 0');
  return value;
}

function logarithm(value: number, base = Math.E): number {
  if (base <= 0) throw new Error('Base out of range');
  if (value < 0) throw new Error('Must be greater than 0');
  return Math.log(value) / Math.log(base);
}

function power(value: number, exponent?: number): number {
  if (exponent === undefined) throw new Error('Missing exponent');
  return value ** exponent;
}

function squareRoot(value: number): number {
  if (value < 0) throw new Error('Unable find the square root of a negative number');
  return Math.sqrt(value);
}

/** Between 0 and 1, between 0 and `a`, or between `a` and `b`. */
function random(a?: number, b?: number): number {
  const [min, max] = b === undefined ? [0, a ?? 1] : [a ?? 0, b];
  if (min > max) throw new Error('Min is greater than max');
  return min + Math.random() * (max - min);
}

function largest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b));
}

function smallest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return mean(sorted.length % 2 === 0 ? sorted.slice(half - 1, half + 1) : sorted.slice(half, half + 1));
}

/** The values that occur most often, the smallest first. */
function mode(values: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = largest([...counts.values()]);
  return [...counts]
    .filter(([, count]) => count === most)
    .map(([value]) => value)
    .toSorted((a, b) => a - b);
}

function size(list?: Operand): number {
  if (!Array.isArray(list)) throw new Error('Must pass an array');
  return list.length;
}
