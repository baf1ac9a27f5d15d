import { messageOf } from '../../errors.ts';
import { type MathFunction, NUMERIC, ON_LISTS, type Operand } from './functions.ts';
import { type MathNode, parse } from './grammar.js';

/** How many values one expression may touch, the items of lists counted: far more than any message needs. */
const MAX_VALUES = 10_000;

/** The value of an expression. Names are looked up among the own values of `variables`, and nowhere else. */
export function evaluate(expression: string, variables: unknown): unknown {
  let values = 0;
  return result(parsed(expression));

  function result(node: MathNode): unknown {
    if (typeof node === 'number') return node;
    if ('path' in node) return variable(node.path, variables);
    const onList = ON_LISTS.get(node.call);
    const called: MathFunction | undefined = onList ?? NUMERIC.get(node.call);
    if (called === undefined) throw new Error(`No such function: ${node.call}`);
    const args = node.args.map(result);
    for (const arg of args) values += Array.isArray(arg) ? arg.length : 1;
    if (values > MAX_VALUES) throw new Error(`More than ${MAX_VALUES} values`);
    return onList || args.every(isOperand) ? called(...(args as Operand[])) : Number.NaN;
  }
}

function parsed(expression: string): MathNode {
  try {
    return parse(expression);
  } catch (cause) {
    throw new Error(`Failed to parse expression. ${messageOf(cause)}`, { cause });
  }
}

/** `a.b[0]` */
function variable(path: string, variables: unknown): unknown {
  const segments = path.split(/[.[\]]/).filter((segment) => segment !== '');
  const found = segments.reduce(own, variables);
  if (found === undefined || typeof found === 'function') throw new Error(`Unknown variable: ${path}`);
  return found;
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function isOperand(value: unknown): value is Operand {
  return Array.isArray(value) ? value.every(isNumber) : isNumber(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}
