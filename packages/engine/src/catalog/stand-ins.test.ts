import { describe, expect, it } from 'vitest';
import { loopOf, standInProblem } from './stand-ins.ts';

/** Connectors by id: the fallback, then the one that is told. */
type Graph = Record<string, [fallback?: string, notices?: string]>;

function settingsIn(graph: Graph) {
  return (id: string) => {
    const [fallback, notices] = graph[id] ?? [];
    return {
      fallback: fallback === undefined ? undefined : { connectorId: fallback },
      notices: notices === undefined ? undefined : { connectorId: notices },
    };
  };
}

describe('the way back to a connector', () => {
  it.each<[string, Graph, string[] | undefined]>([
    ['there is none in a chain', { a: ['b'], b: ['c', 'd'] }, undefined],
    ['there is none when two ways meet', { a: ['b', 'c'], b: ['d'], c: ['d'] }, undefined],
    ['is to itself', { a: ['a'] }, ['a', 'a']],
    ['goes through several', { a: ['b'], b: ['c'], c: ['a'] }, ['a', 'b', 'c', 'a']],
    ['goes through those that are told', { a: ['x', 'b'], b: ['y', 'a'] }, ['a', 'b', 'a']],
    ['is not a loop of others', { a: ['b'], b: ['c'], c: ['b'] }, undefined],
  ])('%s', (_name, graph, way) => {
    expect(loopOf('a', settingsIn(graph))).toEqual(way);
  });
});

it('who is told of failures has params, unless a text is enough', async () => {
  const known = (isEnough: boolean) => ({
    find: async () => ({ typeId: '.mail' }),
    isSystem: () => false,
    takesText: () => isEnough,
    settingsOf: async () => ({}),
  });
  const a = (params?: object) => ({
    id: 'a',
    typeId: '.note',
    settings: { notices: { connectorId: 'm', ...(params !== undefined && { params: { ...params } }) } },
  });
  expect(await standInProblem(a(), known(false))).toBe(
    'delivery.notices.params: is needed, since "m" takes more than a text',
  );
  expect(await standInProblem(a({ to: [] }), known(false))).toBeUndefined();
  expect(await standInProblem(a(), known(true))).toBeUndefined();
});

it('what stands in is no system connector', async () => {
  const known = {
    find: async () => ({ typeId: '.system' }),
    isSystem: () => true,
    takesText: () => true,
    settingsOf: async () => ({}),
  };
  const a = { id: 'a', typeId: '.note', settings: { notices: { connectorId: 's' } } };
  expect(await standInProblem(a, known)).toBe('delivery.notices.connector_id: "s" is a system connector');
});
