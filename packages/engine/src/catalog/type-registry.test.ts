import { describe, expect, it } from 'vitest';
import { BadRequestError, ForbiddenError } from '../errors/index.ts';
import { noteType } from '../testing/index.ts';
import { createTypeRegistry, type TypeRegistryOptions } from './type-registry.ts';

const note = noteType();
const gold = noteType({ id: '.gold', minimumLicense: 'gold', features: ['alerting', 'siem'] });
const system = noteType({ id: '.system', isSystemActionType: true, features: ['cases'] });

const registry = (options: Partial<TypeRegistryOptions> = {}) =>
  createTypeRegistry({
    types: [gold, note, system],
    enabledTypes: ['*'],
    license: { type: 'enterprise', status: 'active' },
    ...options,
  });

describe('the type registry', () => {
  it('finds a type by its id', () => {
    expect(registry().find('.note')).toBe(note);
    expect(registry().get('.note')).toBe(note);
    expect(registry().find('.nothing')).toBeUndefined();
    expect(() => registry().get('.nothing')).toThrow(
      new BadRequestError('Action type ".nothing" is not registered.'),
    );
  });

  it('knows which types are for the system', () => {
    expect(['.system', '.note', '.nothing'].map(registry().isSystem)).toEqual([true, false, false]);
  });

  it('does not take a type twice', () => {
    expect(() => registry({ types: [note, note] })).toThrow('connector type ".note" is registered twice');
  });

  it('lists types in the order of registration, those for the system only when asked', () => {
    const ids = (filter: { featureId?: string; withSystem: boolean }) =>
      registry()
        .list(filter)
        .map(({ type }) => type.id);
    expect(ids({ withSystem: false })).toEqual(['.gold', '.note']);
    expect(ids({ withSystem: true })).toEqual(['.gold', '.note', '.system']);
    expect(ids({ featureId: 'siem', withSystem: true })).toEqual(['.gold']);
    expect(ids({ featureId: 'cases', withSystem: false })).toEqual([]);
    expect(ids({ featureId: 'nothing', withSystem: true })).toEqual([]);
  });

  it('lists what configuration and licence say of each type', () => {
    const states = registry({
      enabledTypes: ['.gold'],
      license: { type: 'basic', status: 'active' },
    }).list({ withSystem: false });
    expect(states).toEqual([
      { type: gold, isEnabledInConfig: true, isEnabledInLicense: false },
      { type: note, isEnabledInConfig: false, isEnabledInLicense: true },
    ]);
  });

  it.each<[string, Partial<TypeRegistryOptions>, string]>([
    [
      'the configuration, before the licence',
      { enabledTypes: ['.note'], license: { type: 'basic', status: 'active' } },
      'action type ".gold" is not enabled in the Kibana config xpack.actions.enabledActionTypes',
    ],
    [
      'an empty list',
      { enabledTypes: [] },
      'action type ".gold" is not enabled in the Kibana config xpack.actions.enabledActionTypes',
    ],
    [
      'the licence',
      { license: { type: 'basic', status: 'active' } },
      'Action type .gold is disabled because your basic license does not support it. Please upgrade your license.',
    ],
    [
      'an expired licence',
      { license: { type: 'gold', status: 'expired' } },
      'Action type .gold is disabled because your gold license has expired.',
    ],
    [
      'a licence that is not known',
      { license: { type: 'gold', status: 'unavailable' } },
      'Action type .gold is disabled because license information is not available at this time.',
    ],
  ])('refuses a type for %s', (_what, options, message) => {
    expect(() => registry(options).ensureEnabled(gold)).toThrow(new ForbiddenError(message));
  });

  it('allows a type by its name, or all of them', () => {
    expect(() => registry({ enabledTypes: ['.gold'] }).ensureEnabled(gold)).not.toThrow();
    expect(() => registry({ enabledTypes: ['.slack', '*'] }).ensureEnabled(gold)).not.toThrow();
  });

  it('asks the licence alone for what the configuration itself brings', () => {
    expect(() =>
      registry({ enabledTypes: [] }).runnable({ typeId: gold.id, origin: 'preconfigured' }),
    ).not.toThrow();
    const basic = registry({ license: { type: 'basic', status: 'active' } });
    expect(() => basic.runnable({ typeId: gold.id, origin: 'preconfigured' })).toThrow(ForbiddenError);
  });
});
