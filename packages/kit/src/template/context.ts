import Mustache from 'mustache';
import { type Spend, STEP } from './budget.ts';

/**
 * Where names are looked up while rendering: among the own values of each object, from the innermost section outwards,
 * never in a prototype. The library looks further, and calls a function that it finds there with the section's
 * object as `this`: a template could change what all objects share.
 */
export class Context extends Mustache.Context {
  readonly #spend: Spend;
  readonly #outer: Context | undefined;

  constructor(view: unknown, spend: Spend, outer?: Context) {
    super(view, outer);
    this.#spend = spend;
    this.#outer = outer;
  }

  override push(view: unknown): Context {
    return new Context(view, this.#spend, this);
  }

  override lookup(name: string): unknown {
    this.#spend(STEP);
    if (name === '.') return this.view;
    const found = this.#find(name.split('.'));
    if (typeof found !== 'function') return found;
    const result = found.call(this.view);
    if (typeof result === 'string') this.#spend(result.length);
    return result;
  }

  #find(path: string[]): unknown {
    const start = isObject(this.view) ? this.view : undefined;
    const owner = path.slice(0, -1).reduce<unknown>(own, start);
    const last = path.at(-1) ?? '';
    if (has(owner, last)) return own(owner, last);
    return this.#outer === undefined ? undefined : this.#outer.#find(path);
  }
}

function own(value: unknown, name: string): unknown {
  return has(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function has(value: unknown, name: string): boolean {
  return (isObject(value) || typeof value === 'string') && Object.hasOwn(Object(value), name);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
