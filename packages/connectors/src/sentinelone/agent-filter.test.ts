import { expect, it } from 'vitest';
import { agentFilter, titleOf } from './agent-filter.ts';

it('an agent is found by 149 criteria, each text or null', () => {
  const { alertIds, ...criteria } = agentFilter.parse({});
  expect(alertIds).toBeUndefined();
  expect(Object.values(criteria)).toEqual(Array.from({ length: 149 }, () => null));
  expect(Object.keys(criteria)).toEqual(
    expect.arrayContaining(['K8SNodeName__contains', 'computerName', 'uuid', 'K8SVersion__contains']),
  );
});

it.each([
  ['computerName', 'Computer name'],
  ['cpuCount__gte', 'Cpu count at least'],
  ['osTypesNin', 'Os types, none of'],
  ['registeredAt__between', 'Registered at between'],
  ['K8SNodeName__contains', 'K8SNode name contains'],
])('%s is called %s', (name, title) => {
  expect(titleOf(name)).toBe(title);
});
