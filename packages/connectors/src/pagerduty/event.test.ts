import { describe, expect, it } from 'vitest';
import { toEvent } from './event.ts';

const sent = (params: Parameters<typeof toEvent>[0], connectorId = 'abc') =>
  JSON.stringify(toEvent(params, { connectorId }));

describe('toEvent', () => {
  it('of a trigger has everything that was given, in this order', () => {
    expect(
      sent({
        eventAction: 'trigger',
        dedupKey: 'r1:a1',
        summary: 'CPU high',
        source: 'host-1',
        severity: 'critical',
        timestamp: '2024-01-02T03:04:05Z',
        component: 'db',
        group: 'prod',
        class: 'cpu',
        customDetails: { cpu: 99 },
        links: [{ href: 'http://example.com', text: 'a link' }],
      }),
    ).toBe(
      '{"event_action":"trigger","dedup_key":"r1:a1",' +
        '"payload":{"summary":"CPU high","source":"host-1","severity":"critical",' +
        '"timestamp":"2024-01-02T03:04:05.000Z","component":"db","group":"prod","class":"cpu",' +
        '"custom_details":{"cpu":99}},"links":[{"href":"http://example.com","text":"a link"}]}',
    );
  });

  it('of nothing is a trigger with three defaults, and no dedup key', () => {
    const defaults =
      '{"event_action":"trigger","payload":{"summary":"No summary provided.","source":"Kibana Action abc","severity":"info"}}';
    expect(sent({})).toBe(defaults);
    expect(sent({ dedupKey: '', summary: '', source: '', timestamp: '  ' })).toBe(defaults);
  });

  it('keeps texts and lists that are empty', () => {
    expect(sent({ component: '', group: '', class: '', customDetails: {}, links: [] })).toBe(
      '{"event_action":"trigger","payload":{"summary":"No summary provided.","source":"Kibana Action abc",' +
        '"severity":"info","component":"","group":"","class":"","custom_details":{}},"links":[]}',
    );
  });

  it.each(['resolve', 'acknowledge'] as const)('of %s is the dedup key and nothing else', (eventAction) => {
    expect(
      sent({
        eventAction,
        dedupKey: 'r1:a1',
        summary: 'ignored',
        source: 's',
        severity: 'error',
        timestamp: '2024-01-02',
        component: 'c',
        group: 'g',
        class: 'k',
        customDetails: { a: 1 },
        links: [],
      }),
    ).toBe(`{"event_action":"${eventAction}","dedup_key":"r1:a1"}`);
  });

  it('has 142 bytes with a summary alone and an id of 36 characters', () => {
    const event = sent({ summary: 'just a test' }, '00000000-1111-2222-3333-444444444444');
    expect(Buffer.byteLength(event)).toBe(142);
  });
});
