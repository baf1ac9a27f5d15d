import { type ConnectorType, ValidationError } from '@patchbay/kit';
import { testAction } from '@patchbay/kit/testing';
import { expect, it } from 'vitest';
import { servicenow } from './servicenow.ts';
import { servicenowItom } from './servicenow-itom.ts';
import { servicenowSir } from './servicenow-sir.ts';
import { serviceNowLike } from './testing/servicenow-like.ts';

const MISSING = (what: string) => `✖ Invalid input: expected ${what}, received undefined\n  → at `;
const UNKNOWN_SUB_ACTION = '✖ Invalid input\n  → at subAction';
const incident = { short_description: 'a' };
const push = (subActionParams: unknown) => ({ subAction: 'pushToService', subActionParams });
const fields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`u_${at}`, at]));

const OF_INCIDENTS: [params: unknown, reason: string][] = [
  [{}, UNKNOWN_SUB_ACTION],
  [{ subAction: 'non-supported' }, UNKNOWN_SUB_ACTION],
  [{ subAction: 'pushToService' }, `${MISSING('object')}subActionParams`],
  [
    push({ savedObjectId: 'x' }),
    `✖ Unrecognized key: "savedObjectId"\n  → at subActionParams\n${MISSING('object')}subActionParams.incident`,
  ],
  [
    push({ incident, comments: [{ comment: 'a' }] }),
    `${MISSING('string')}subActionParams.comments[0].commentId`,
  ],
  [
    push({ incident, comments: [{ commentId: 'a' }] }),
    `${MISSING('string')}subActionParams.comments[0].comment`,
  ],
  [push({ incident: {} }), `${MISSING('string')}subActionParams.incident.short_description`],
  [
    push({ incident: { ...incident, otherFields: {} } }),
    '✖ Unrecognized key: "otherFields"\n  → at subActionParams.incident',
  ],
  [
    push({ incident: { ...incident, additional_fields: fields(21) } }),
    '✖ A maximum of 20 fields in additional_fields can be defined at a time.\n  → at subActionParams.incident.additional_fields',
  ],
  ...[
    'short_description',
    'description',
    'externalId',
    'category',
    'subcategory',
    'correlation_id',
    'correlation_display',
    'additional_fields',
  ].map((key): [unknown, string] => [
    push({ incident: { ...incident, additional_fields: { [key]: 'x' } } }),
    `✖ The following properties cannot be defined inside additional_fields: ${key}.\n  → at subActionParams.incident.additional_fields`,
  ]),
  [{ subAction: 'getChoices', subActionParams: {} }, `${MISSING('array')}subActionParams.fields`],
  [{ subAction: 'getIncident', subActionParams: {} }, `${MISSING('string')}subActionParams.externalId`],
  [{ subAction: 'handshake', subActionParams: { a: 1 } }, '✖ Unrecognized key: "a"\n  → at subActionParams'],
  [{ subAction: 'getFields', subActionParams: {}, other: 1 }, '✖ Unrecognized key: "other"'],
];

const REFUSED: [type: ConnectorType, params: unknown, reason: string][] = [
  ...OF_INCIDENTS.flatMap(([params, reason]): [ConnectorType, unknown, string][] => [
    [servicenow, params, reason],
    [servicenowSir, params, reason],
  ]),
  [
    servicenow,
    { subAction: 'closeIncident', subActionParams: {} },
    `${MISSING('object')}subActionParams.incident`,
  ],
  [
    servicenow,
    { subAction: 'closeIncident', subActionParams: { incident: { state: '7' } } },
    '✖ Unrecognized key: "state"\n  → at subActionParams.incident',
  ],
  [servicenowSir, { subAction: 'closeIncident', subActionParams: { incident: {} } }, UNKNOWN_SUB_ACTION],
  [
    servicenowSir,
    push({ incident: { ...incident, severity: '1' } }),
    '✖ Unrecognized key: "severity"\n  → at subActionParams.incident',
  ],
  [servicenowItom, {}, UNKNOWN_SUB_ACTION],
  [servicenowItom, { subAction: 'non-supported' }, UNKNOWN_SUB_ACTION],
  [servicenowItom, push({ incident }), UNKNOWN_SUB_ACTION],
  [
    servicenowItom,
    { subAction: 'getChoices', subActionParams: {} },
    `${MISSING('array')}subActionParams.fields`,
  ],
  [
    servicenowItom,
    { subAction: 'addEvent', subActionParams: { severity: 4 } },
    '✖ Invalid input: expected string, received number\n  → at subActionParams.severity',
  ],
  [
    servicenowItom,
    { subAction: 'addEvent', subActionParams: { host: 'x' } },
    '✖ Unrecognized key: "host"\n  → at subActionParams',
  ],
];

it.each(REFUSED.map(([type, params, reason]) => [type.id, params, reason, type] as const))(
  '%s refuses %j before anything is sent',
  async (_, params, reason, type) => {
    await using vendor = await serviceNowLike();
    const refused = testAction(type, {
      config: { apiUrl: vendor.url },
      secrets: { username: 'bob', password: 'the password' },
      params,
    });
    await expect(refused).rejects.toThrow(new ValidationError(`error validating action params: ${reason}`));
    expect(vendor.received).toEqual([]);
  },
);

it.each([servicenow, servicenowSir])(
  '$id takes 20 additional fields, and ones that have a place besides',
  (type) => {
    const of = (additional_fields: unknown) =>
      type.params.safeParse(push({ incident: { ...incident, additional_fields } })).success;
    expect(of({ ...fields(17), severity: '1', urgency: '1', impact: '1' })).toBe(true);
    expect(of('{"u_a": "{{x}}"}')).toBe(true);
    expect(of(null)).toBe(true);
  },
);
