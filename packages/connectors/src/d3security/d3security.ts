import { defineConnectorType, ensureAllowed, type FailureReading, serviceRequester } from '@patchbay/kit';
import { z } from 'zod';
import { renderParams } from './render-params.ts';

const KEY = 'd3key';

const config = z.strictObject({
  url: z.string().meta({ title: 'URL', description: 'Of the data ingestion webhook, as D3 SOAR shows it.' }),
});

const secrets = z.strictObject({
  token: z.string().meta({ title: 'Token', description: 'The key of the data ingestion webhook.' }),
});

const runParams = z.strictObject({
  body: z
    .string()
    .optional()
    .meta({ title: 'Body', description: 'The raw data of the event: JSON text, or any other.' }),
  severity: z.string().optional().meta({ title: 'Severity' }),
  eventType: z.string().optional().meta({ title: 'Event type' }),
});

type Run = z.output<typeof runParams>;

/** The id under which D3 took the event. */
const accepted = z.looseObject({ refid: z.string() });

/** D3 SOAR's ingestion of events by webhook. https://docs.d3security.com/api-docs/Working-version/webhook-data-ingestion */
export const d3security = defineConnectorType({
  id: '.d3security',
  name: 'D3 Security',
  description: 'Sends events to D3 SOAR.',
  minimumLicense: 'gold',
  features: ['alerting', 'siem', 'workflows', 'agentBuilder'],
  config,
  secrets,
  validate: {
    config: ({ url }, { allowedHosts }) => ensureAllowed(url, allowedHosts, 'error validating url'),
  },
  renderParams,
  example: {
    name: 'Events from alerts',
    config: { url: 'https://acme.d3securityonline.com/acme/VSOC/api/Data/IngestEvent' },
    secrets: { token: 'the-token' },
    params: {
      subAction: 'run',
      subActionParams: {
        body: '{"text": "Disk is full on host-1"}',
        severity: 'high',
        eventType: 'disk',
      },
    },
  },
  service: (context) => {
    const { config, secrets } = context;
    const request = serviceRequester(context, { failureText });
    return async (event: Run) => {
      const answer = await request({
        method: 'POST',
        url: config.url,
        headers: { [KEY]: secrets.token },
        sensitiveHeaders: [KEY],
        data: toEvent(event),
        responseSchema: accepted,
      });
      return answer.data;
    };
  },
  subActions: (action) => {
    const run = action(runParams, ({ params, service }) => service(params));
    return { run, test: run };
  },
});

/** What D3 takes for the hit of a search; the keys with dots are names. */
export function toEvent({ body = '', severity = '', eventType = '' }: Run): object {
  const source = { rawData: jsonOr(body), 'event.type': eventType, 'kibana.alert.severity': severity };
  return { hits: { hits: { _source: source } } };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const failureText: FailureReading['failureText'] = ({ response }) => {
  if (response === undefined) return 'Unknown API Error';
  const { status, statusText } = response;
  return status === 401 ? 'Unauthorized API Error' : `API Error: ${status} - ${statusText}`;
};
