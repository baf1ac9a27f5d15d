import type { ConnectorType } from '@patchbay/kit';
import { type ReceivedRequest, type StandInAnswer, standIn, testAction } from '@patchbay/kit/testing';

export interface Vendor {
  /** Its address, which the stand-in plays. */
  origin: string;
  config?: object;
  secrets: object;
  answer(request: ReceivedRequest): StandInAnswer;
}

/** One action of a type with a spec, against who plays its vendor. */
export async function runSpec(
  type: ConnectorType,
  { origin, config = {}, secrets, answer }: Vendor,
  subAction: string,
  subActionParams: object = {},
) {
  const vendor = await standIn(answer);
  const { result, sensitiveHeaders, requestBodyBytes } = await testAction(type, {
    config,
    secrets,
    params: { subAction, subActionParams },
    origins: { [origin]: vendor.url },
  }).finally(vendor.close);
  return {
    result,
    sensitiveHeaders,
    requestBodyBytes,
    received: vendor.received,
    /** Method, path with query, and body where there is one. */
    sent: vendor.received.map(({ method, url, body }) => (body === '' ? [method, url] : [method, url, body])),
  };
}

export const json = (value: unknown, status = 200): StandInAnswer => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value),
});
