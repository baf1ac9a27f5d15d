import { defineConnectorSpec, reasonAt } from '@patchbay/kit';
import { z } from 'zod';

const API = 'https://api.abuseipdb.com/api/v2';

/** Limits: https://docs.abuseipdb.com/#report-endpoint */
const COMMENT_MAX = 1024;
const CATEGORIES_MAX = 30;

const ip = (title: string) => z.union([z.ipv4(), z.ipv6()]).meta({ title });
const days = (fallback: number) =>
  z
    .int()
    .min(1)
    .max(365)
    .default(fallback)
    .meta({ title: 'Days', description: 'The oldest reports that count.' });

const checked = z.object({
  data: z.looseObject({ ipAddress: z.string(), abuseConfidenceScore: z.number() }),
});
const block = z.object({ data: z.looseObject({ networkAddress: z.string() }) });

/** AbuseIPDB API v2. https://docs.abuseipdb.com */
export const abuseipdb = defineConnectorSpec({
  metadata: {
    id: '.abuseipdb',
    displayName: 'AbuseIPDB',
    description: 'Looks up and reports IP addresses that abuse others.',
    docsUrl: 'https://docs.abuseipdb.com',
    minimumLicense: 'gold',
    supportedFeatureIds: ['workflows', 'agentBuilder'],
  },
  auth: { types: [{ type: 'api_key_header', defaults: { headerField: 'Key' } }] },
  actions: {
    checkIp: {
      description: 'How likely an address is one that abuses others, and how often it was reported.',
      input: z.strictObject({ ipAddress: ip('IP address'), maxAgeInDays: days(90) }),
      async handler({ client }, query) {
        const { data } = (await client.get(`${API}/check`, { query })).json(checked);
        const { ipAddress, abuseConfidenceScore, usageType, isp, countryCode, totalReports } = data;
        return { ipAddress, abuseConfidenceScore, usageType, isp, countryCode, totalReports };
      },
    },
    reportIp: {
      description: 'Reports an address, for the categories of https://www.abuseipdb.com/categories.',
      input: z.strictObject({
        ip: ip('IP address'),
        categories: z.array(z.int().min(1)).min(1).max(CATEGORIES_MAX).meta({ title: 'Categories' }),
        comment: z.string().max(COMMENT_MAX).optional().meta({ title: 'Comment' }),
      }),
      async handler({ client }, { ip, categories, comment }) {
        const form = { ip, categories: categories.join(','), comment: comment || undefined };
        const { data } = (await client.post(`${API}/report`, { form })).json(checked);
        return { ipAddress: data.ipAddress, abuseConfidenceScore: data.abuseConfidenceScore };
      },
    },
    getIpInfo: {
      description: 'Where an address is, whose it is, and whether it is on the list of harmless ones.',
      input: z.strictObject({ ipAddress: ip('IP address') }),
      async handler({ client }, { ipAddress }) {
        const query = { ipAddress, verbose: true };
        const { data } = (await client.get(`${API}/check`, { query })).json(checked);
        const {
          isPublic,
          ipVersion,
          isWhitelisted,
          abuseConfidenceScore,
          countryCode,
          usageType,
          isp,
          domain,
        } = data;
        return {
          ipAddress: data.ipAddress,
          isPublic,
          ipVersion,
          isWhitelisted,
          abuseConfidenceScore,
          countryCode,
          usageType,
          isp,
          domain,
        };
      },
    },
    bulkCheck: {
      description: 'Which addresses of a network were reported.',
      input: z.strictObject({
        network: z
          .union([z.cidrv4(), z.cidrv6()])
          .meta({ title: 'Network', description: 'In CIDR notation, such as 192.0.2.0/24.' }),
        maxAgeInDays: days(30),
      }),
      async handler({ client }, query) {
        const { data } = (await client.get(`${API}/check-block`, { query })).json(block);
        const { networkAddress, netmask, reportedAddress } = data;
        return { networkAddress, netmask, reportedAddress };
      },
    },
  },
  test: {
    description: 'Whether AbuseIPDB takes the key. Counts as one check.',
    async handler({ client }) {
      await client.get(`${API}/check`, { query: { ipAddress: '8.8.8.8' } });
      return { ok: true, message: 'Successfully connected to AbuseIPDB API' };
    },
  },
  failureText: reasonAt(['errors', 0, 'detail']),
  example: {
    name: 'AbuseIPDB',
    secrets: { authType: 'api_key_header', Key: 'the-api-key' },
    params: [
      { subAction: 'checkIp', subActionParams: { ipAddress: '203.0.113.7', maxAgeInDays: 30 } },
      {
        subAction: 'reportIp',
        subActionParams: { ip: '203.0.113.7', categories: [18, 22], comment: 'SSH logins' },
      },
      { subAction: 'bulkCheck', subActionParams: { network: '203.0.113.0/24' } },
    ],
  },
});
