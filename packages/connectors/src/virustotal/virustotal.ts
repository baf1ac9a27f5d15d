import { defineConnectorSpec, type HttpResponse, HttpStatusError, reasonAt, urlPath } from '@patchbay/kit';
import { z } from 'zod';

const API = 'https://www.virustotal.com/api/v3';

/** In base64. Larger files than 32 MB need an upload URL of their own. https://docs.virustotal.com/reference/files-scan */
const FILE_MAX = Math.ceil((32 * 1024 ** 2) / 3) * 4;

const failOnError = z.boolean().default(false).meta({
  title: 'Fail on error',
  description: 'Whether an answer that is a failure fails the run. Otherwise it is the data.',
});

const object = z.looseObject({ id: z.string(), attributes: z.looseObject({}).optional() });
const answer = z.object({ data: object });

/** What is said of a failure: where nothing was found, and otherwise. */
interface FailureTexts {
  notFound: string;
  other: string;
}

/** Unless the run is to fail, a failure that VirusTotal answers is the data: a workflow then goes on with "not known". */
async function answered<Data>(
  ask: () => Promise<Data>,
  isFailing: boolean,
  { notFound, other }: FailureTexts,
): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof HttpStatusError)) throw error;
    const { status } = error.response;
    const message = status === 404 ? notFound : other;
    if (isFailing) throw new HttpStatusError(error.response, `${message} (HTTP ${status})`);
    return { id: null, error: { status, message, details: errorOf(error.response) } };
  }
}

function errorOf(response: HttpResponse): unknown {
  const data = response.data();
  return typeof data === 'object' && data !== null && 'error' in data ? data.error : undefined;
}

const texts = (what: string): FailureTexts => ({
  notFound: `${what} not found in VirusTotal database`,
  other: 'VirusTotal API request failed',
});

/** VirusTotal API v3. https://docs.virustotal.com/reference/overview */
export const virustotal = defineConnectorSpec({
  metadata: {
    id: '.virustotal',
    displayName: 'VirusTotal',
    description: 'Looks up and scans files, URLs and IP addresses.',
    docsUrl: 'https://docs.virustotal.com/reference/overview',
    minimumLicense: 'gold',
    supportedFeatureIds: ['workflows', 'agentBuilder'],
  },
  auth: { types: [{ type: 'api_key_header', defaults: { headerField: 'x-apikey' } }] },
  actions: {
    scanFileHash: {
      description: 'What is known of a file, by its hash.',
      input: z.strictObject({
        hash: z
          .string()
          .regex(/^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i, 'expected an MD5, SHA-1 or SHA-256 hash')
          .meta({ title: 'Hash', description: 'MD5, SHA-1 or SHA-256.' }),
        failOnError,
      }),
      handler: ({ client }, { hash, failOnError }) =>
        answered(
          async () => {
            const { data } = (await client.get(`${API}/files/${hash}`)).json(answer);
            return { id: data.id, attributes: data.attributes, stats: data.attributes?.last_analysis_stats };
          },
          failOnError,
          texts('Hash'),
        ),
    },
    scanUrl: {
      description: 'Has a URL scanned, and tells what is known at once.',
      input: z.strictObject({ url: z.url().max(2048).meta({ title: 'URL' }), failOnError }),
      handler: ({ client }, { url, failOnError }) =>
        answered(
          async () => {
            const { id } = (await client.post(`${API}/urls`, { form: { url } })).json(answer).data;
            const { data } = (await client.get(`${API}${urlPath`/analyses/${id}`}`)).json(answer);
            return { id, status: data.attributes?.status, stats: data.attributes?.stats };
          },
          failOnError,
          texts('URL'),
        ),
    },
    submitFile: {
      description: 'Has a file scanned. Whoever pays VirusTotal can read it then.',
      input: z.strictObject({
        file: z
          .base64()
          .max(FILE_MAX)
          .meta({ title: 'File', description: 'Its content in base64, 32 MB at most.' }),
        filename: z.string().min(1).max(255).default('file').meta({ title: 'Name of the file' }),
        failOnError,
      }),
      handler: ({ client }, { file, filename, failOnError }) =>
        answered(
          async () => {
            const multipart = new FormData();
            multipart.append('file', new Blob([Buffer.from(file, 'base64')]), filename);
            const { data } = (await client.post(`${API}/files`, { multipart })).json(answer);
            return { id: data.id, type: data.type, links: data.links };
          },
          failOnError,
          { notFound: 'File submission failed', other: 'VirusTotal file submission failed' },
        ),
    },
    getAnalysisResults: {
      description: 'How far a scan is that was asked for, and what it found.',
      input: z.strictObject({
        analysisId: z.string().min(1).max(500).meta({ title: 'Analysis ID' }),
        failOnError,
      }),
      handler: ({ client }, { analysisId, failOnError }) =>
        answered(
          async () => {
            const { data } = (await client.get(`${API}${urlPath`/analyses/${analysisId}`}`)).json(answer);
            const { status, stats, results } = data.attributes ?? {};
            return { id: data.id, status, stats, results };
          },
          failOnError,
          texts('Analysis'),
        ),
    },
    getIpReport: {
      description: 'What is known of an IP address.',
      input: z.strictObject({
        ip: z.union([z.ipv4(), z.ipv6()]).meta({ title: 'IP address' }),
        failOnError,
      }),
      handler: ({ client }, { ip, failOnError }) =>
        answered(
          async () => {
            const { data } = (await client.get(`${API}/ip_addresses/${ip}`)).json(answer);
            const { id, attributes } = data;
            return { id, attributes, reputation: attributes?.reputation, country: attributes?.country };
          },
          failOnError,
          texts('IP address'),
        ),
    },
  },
  test: {
    description: 'Whether VirusTotal takes the key.',
    async handler({ client }) {
      await client.get(`${API}/ip_addresses/8.8.8.8`);
      return { ok: true, message: 'Successfully connected to VirusTotal API' };
    },
  },
  failureText: reasonAt(['error', 'message']),
  example: {
    name: 'VirusTotal',
    secrets: { authType: 'api_key_header', 'x-apikey': 'the-api-key' },
    params: [
      { subAction: 'scanFileHash', subActionParams: { hash: '44d88612fea8a8f36de82e1278abb02f' } },
      { subAction: 'scanUrl', subActionParams: { url: 'https://example.com/download' } },
      { subAction: 'getIpReport', subActionParams: { ip: '203.0.113.7', failOnError: true } },
    ],
  },
});
