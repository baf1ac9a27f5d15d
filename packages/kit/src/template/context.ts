import Mustache from 'mustache';
import { reachesPrototype } from './prototype.ts';

/**
 * Where names are looked up while rendering. The library calls a function that it finds with the current section's
 * object as `this`: a template that could open a section on a prototype could change what all objects share.
 */
export class Context extends Mustache.Context {
  override push(view: unknown): Context {
    return new Context(view, this);
  }

  override lookup(name: string): unknown {
    return reachesPrototype(name.split('.')) ? undefined : super.lookup(name);
  }
}
