import { defineConnectorSpec, reasonAt, urlPath } from '@patchbay/kit';
import { z } from 'zod';

const API = 'https://otx.alienvault.com/api/v1';

/** No URL that a browser takes is longer. */
const INDICATOR_MAX = 2048;

const indicatorType = z
  .enum(['IPv4', 'IPv6', 'domain', 'hostname', 'url', 'FileHash-MD5', 'FileHash-SHA1', 'FileHash-SHA256'])
  .meta({ title: 'Kind of indicator' });
const indicator = z.string().min(1).max(INDICATOR_MAX).meta({ title: 'Indicator' });
const answer = z.looseObject({});

/** Open Threat Exchange, DirectConnect API. https://otx.alienvault.com/api */
export const alienvaultOtx = defineConnectorSpec({
  metadata: {
    id: '.alienvault-otx',
    displayName: 'AlienVault OTX',
    description: 'Looks up what the community of Open Threat Exchange knows of an indicator.',
    docsUrl: 'https://otx.alienvault.com/api',
    minimumLicense: 'gold',
    supportedFeatureIds: ['workflows', 'agentBuilder'],
  },
  auth: { types: [{ type: 'api_key_header', defaults: { headerField: 'X-OTX-API-KEY' } }] },
  actions: {
    getIndicator: {
      description: 'What is known of an address, a name, a URL or a file.',
      input: z.strictObject({
        indicatorType,
        indicator,
        section: z.string().min(1).max(100).default('general').meta({
          title: 'Section',
          description:
            'Such as `general`, `geo`, `malware`, `url_list`, `passive_dns`; which ones there are depends on the kind.',
        }),
      }),
      async handler({ client }, { indicatorType, indicator, section }) {
        const path = urlPath`/indicators/${indicatorType}/${indicator}/${section}`;
        return { indicator, type: indicatorType, data: (await client.get(`${API}${path}`)).json() };
      },
    },
    searchPulses: {
      description: 'Pulses that the account is subscribed to.',
      input: z.strictObject({
        query: z.string().max(500).optional().meta({ title: 'Query' }),
        page: z.int().min(1).default(1).meta({ title: 'Page' }),
        limit: z.int().min(1).max(100).default(20).meta({ title: 'Results to a page' }),
      }),
      async handler({ client }, { query: q, page, limit }) {
        const query = { q: q || undefined, page, limit };
        const found = (await client.get(`${API}/pulses/subscribed`, { query })).json(answer);
        return { count: found.count, results: found.results, next: found.next };
      },
    },
    getPulse: {
      description: 'A pulse with its indicators.',
      input: z.strictObject({ pulseId: z.string().min(1).max(100).meta({ title: 'Pulse ID' }) }),
      async handler({ client }, { pulseId }) {
        const pulse = (await client.get(`${API}${urlPath`/pulses/${pulseId}`}`)).json(answer);
        const { id, name, description, created, modified, tags, indicators } = pulse;
        return { id, name, description, author: pulse.author_name, created, modified, tags, indicators };
      },
    },
    getRelatedPulses: {
      description: 'The pulses that an indicator is in.',
      input: z.strictObject({ indicatorType, indicator }),
      async handler({ client }, { indicatorType, indicator }) {
        const path = urlPath`/indicators/${indicatorType}/${indicator}/pulses`;
        const found = (await client.get(`${API}${path}`)).json(answer);
        return { indicator, count: found.count, pulses: found.results };
      },
    },
  },
  test: {
    description: 'Whether OTX takes the key.',
    async handler({ client }) {
      await client.get(`${API}/pulses/subscribed`, { query: { limit: 1 } });
      return { ok: true, message: 'Successfully connected to AlienVault OTX API' };
    },
  },
  failureText: reasonAt(['detail'], ['error']),
  example: {
    name: 'OTX',
    secrets: { authType: 'api_key_header', 'X-OTX-API-KEY': 'the-api-key' },
    params: [
      { subAction: 'getIndicator', subActionParams: { indicatorType: 'IPv4', indicator: '203.0.113.7' } },
      { subAction: 'searchPulses', subActionParams: { query: 'ransomware', limit: 10 } },
    ],
  },
});
