import { type ConnectorType, createRenderer, prepareVariables } from '@patchbay/kit';
import { hostileText, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { servicenow } from './servicenow.ts';
import { servicenowItom } from './servicenow-itom.ts';
import { servicenowSir } from './servicenow-sir.ts';
import { select } from './testing/encoded-query.ts';
import { type ServiceNowLike, serviceNowLike } from './testing/servicenow-like.ts';

const text = hostileText({ maxLength: 3000 });
/** As much as a URL carries that is percent-encoded and has two of them. */
const textForUrl = hostileText({ maxLength: 500 });
const RUNS = { numRuns: 60 };

const run = (
  type: ConnectorType,
  vendor: ServiceNowLike,
  config: object,
  subAction: string,
  given: unknown,
) => {
  vendor.received.length = 0;
  return testAction(type, {
    config: { apiUrl: vendor.url, ...config },
    secrets: { username: 'bob', password: 'the password' },
    params: { subAction, subActionParams: given },
  });
};

const bodyAt = ({ received }: ServiceNowLike, at: number) => JSON.parse(received[at]?.body ?? '');

/** The parameters of a URL as a server reads them. */
const queryOf = ({ received }: ServiceNowLike) =>
  new URLSearchParams(new URL(received[0]?.url ?? '', 'http://instance').search);

/** What the bytes of a URL can carry. */
const wellFormed = (value: string) => value.toWellFormed();

describe('whatever a text holds', () => {
  it('an incident has it as data, rendered or not', async () => {
    await using vendor = await serviceNowLike();
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const render = createRenderer(prepareVariables({ value }));
        const { incident } = servicenow.renderParams(
          { incident: { short_description: '{{value}}', description: '{{{value}}}' } },
          render,
        ) as { incident: object };
        const given = {
          incident: { ...incident, additional_fields: { u_a: value }, correlation_id: null },
          comments: [{ comment: value, commentId: '1' }],
        };
        await run(servicenow, vendor, { usesTableApi: false }, 'pushToService', given);
        const expected = { u_short_description: value, u_description: value, u_a: value };
        expect(bodyAt(vendor, 1)).toMatchObject(expected);
        expect(bodyAt(vendor, 4)).toMatchObject({ ...expected, u_work_notes: value });
      }),
      RUNS,
    );
  });

  it('observables have it as data', async () => {
    await using vendor = await serviceNowLike();
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const incident = { short_description: 'a', malware_url: [value] };
        await run(servicenowSir, vendor, { usesTableApi: false }, 'pushToService', { incident });
        expect(bodyAt(vendor, 4)).toEqual([{ value, type: 'URL' }]);
      }),
      RUNS,
    );
  });

  it('an event has it as data', async () => {
    await using vendor = await serviceNowLike();
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        await run(servicenowItom, vendor, {}, 'addEvent', { node: value, message_key: value });
        expect(bodyAt(vendor, 0)).toEqual({ records: [{ node: value, message_key: value }] });
      }),
      RUNS,
    );
  });

  it('a correlation id finds the incident that has it, and no other', async () => {
    await using vendor = await serviceNowLike();
    await fc.assert(
      fc.asyncProperty(textForUrl, async (value) => {
        fc.pre(value.trim() !== '');
        await run(servicenow, vendor, {}, 'closeIncident', { incident: { correlation_id: value } });
        const parameters = queryOf(vendor);
        expect([...parameters.keys()]).toEqual(['sysparm_query']);
        const right = { correlation_id: wellFormed(value), sys_created_on: '1' };
        const others = ['', 'other'].map((correlation_id) => ({ correlation_id, sys_created_on: '2' }));
        fc.pre(right.correlation_id !== 'other');
        expect(select([...others, right], parameters.get('sysparm_query') ?? '')).toEqual([right]);
      }),
      RUNS,
    );
  });

  it('a field has its choices, and no other', async () => {
    await using vendor = await serviceNowLike();
    await fc.assert(
      fc.asyncProperty(textForUrl, textForUrl, async (one, other) => {
        await run(servicenow, vendor, {}, 'getChoices', { fields: [one, other] });
        const parameters = queryOf(vendor);
        expect([...parameters.keys()]).toEqual(['sysparm_query', 'sysparm_fields']);
        const row = (element: string) => ({ element, name: 'incident', language: 'en' });
        const wanted = [row(wellFormed(one)), row(wellFormed(other))];
        expect(select([row(''), ...wanted], parameters.get('sysparm_query') ?? '')).toEqual(wanted);
      }),
      RUNS,
    );
  });

  it('an external id is one part of the path', async () => {
    await using vendor = await serviceNowLike();
    await fc.assert(
      fc.asyncProperty(textForUrl, async (value) => {
        fc.pre(value.trim() !== '' && !/^\.{1,2}$/.test(value));
        const incident = { short_description: 'a', externalId: value };
        await run(servicenow, vendor, {}, 'pushToService', { incident });
        const [, ...parts] = vendor.received[0]?.url.split('/') ?? [];
        expect(parts.map(decodeURIComponent)).toEqual([
          'api',
          'now',
          'v2',
          'table',
          'incident',
          wellFormed(value),
        ]);
      }),
      RUNS,
    );
  });
});
