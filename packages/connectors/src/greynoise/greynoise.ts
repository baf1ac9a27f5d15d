import { defineConnectorSpec, reasonAt } from '@patchbay/kit';
import { z } from 'zod';

const API = 'https://api.greynoise.io/v2';

/** GreyNoise sees IPv4 only. */
const input = z.strictObject({ ip: z.ipv4().meta({ title: 'IP address' }) });
const answer = z.looseObject({});

/** GreyNoise API v2. https://docs.greynoise.io/reference */
export const greynoise = defineConnectorSpec({
  metadata: {
    id: '.greynoise',
    displayName: 'GreyNoise',
    description: 'Tells scanners of the whole internet from targeted attacks.',
    docsUrl: 'https://docs.greynoise.io/reference',
    minimumLicense: 'gold',
    supportedFeatureIds: ['workflows', 'agentBuilder'],
  },
  auth: { types: [{ type: 'api_key_header', defaults: { headerField: 'key' } }] },
  actions: {
    getIpContext: {
      description:
        'Whether an address scans the internet, since when, who is behind it, and whether it means harm.',
      input,
      async handler({ client }, { ip }) {
        const found = (await client.get(`${API}/noise/context/${ip}`)).json(answer);
        return {
          ip: found.ip,
          seen: found.seen,
          classification: found.classification,
          firstSeen: found.first_seen,
          lastSeen: found.last_seen,
          actor: found.actor,
          tags: found.tags,
        };
      },
    },
    quickLookup: {
      description: 'Whether an address is part of the noise, and nothing more.',
      input,
      async handler({ client }, { ip }) {
        const found = (await client.get(`${API}/noise/quick/${ip}`)).json(answer);
        return { ip, noise: found.noise, code: found.code, codeMessage: found.code_message };
      },
    },
    getMetadata: {
      description: 'Where an address is and whose it is.',
      input,
      async handler({ client }, { ip }) {
        const found = (await client.get(`${API}/meta/metadata`, { query: { ip } })).json(answer);
        return {
          ip,
          metadata: found.metadata,
          asn: found.asn,
          city: found.city,
          country: found.country,
          countryCode: found.country_code,
          organization: found.organization,
        };
      },
    },
    riotLookup: {
      description: 'Whether an address is of a well-known service, such as a resolver or a CDN.',
      input,
      async handler({ client }, { ip }) {
        const found = (await client.get(`${API}/riot/${ip}`)).json(answer);
        return {
          ip,
          riot: found.riot,
          category: found.category,
          name: found.name,
          description: found.description,
          explanation: found.explanation,
          lastUpdated: found.last_updated,
        };
      },
    },
  },
  test: {
    description: 'Whether GreyNoise takes the key.',
    async handler({ client }) {
      await client.get(`${API}/noise/quick/8.8.8.8`);
      return { ok: true, message: 'Successfully connected to GreyNoise API' };
    },
  },
  failureText: reasonAt(['message'], ['error']),
  example: {
    name: 'GreyNoise',
    secrets: { authType: 'api_key_header', key: 'the-api-key' },
    params: [
      { subAction: 'quickLookup', subActionParams: { ip: '203.0.113.7' } },
      { subAction: 'getIpContext', subActionParams: { ip: '203.0.113.7' } },
      { subAction: 'riotLookup', subActionParams: { ip: '8.8.8.8' } },
    ],
  },
});
