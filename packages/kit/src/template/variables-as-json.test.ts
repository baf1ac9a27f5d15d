import { describe, expect, it } from 'vitest';
import { variablesAsJson } from './variables-as-json.ts';

describe('variables as JSON', () => {
  it('are all there, but for what the alerts of the context have below kibana', () => {
    const kibana = { alert: { uuid: '1' } };
    const variables = {
      kibana: 'kept',
      context: { kibana: 'kept', alerts: [{ _id: 'a', kibana }, { _id: 'b' }, null, 'text'] },
    };
    expect(JSON.parse(variablesAsJson(variables))).toEqual({
      kibana: 'kept',
      context: { kibana: 'kept', alerts: [{ _id: 'a' }, { _id: 'b' }, null, 'text'] },
    });
    expect(variables.context.alerts[0]).toHaveProperty('kibana');
  });

  it.each([{}, { context: null }, { context: { alerts: 'many' } }])('need no alerts: %j', (variables) => {
    expect(JSON.parse(variablesAsJson(variables))).toEqual(variables);
  });

  it('that are none say why', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    expect(JSON.parse(variablesAsJson(circular))).toEqual({
      error: { message: expect.stringContaining('circular') },
    });
  });
});
