import { defineConnectorSpec } from '@patchbay/kit';
import { z } from 'zod';

/** What Acme takes in one note. */
const TEXT_MAX = 1000;

/** Acme Notes, a service that is made up: `POST /notes` writes one, `GET /notes/{id}` reads it, a key in `X-Acme-Key`. */
export default defineConnectorSpec({
  metadata: {
    id: '.acme-notes',
    displayName: 'Acme Notes',
    description: 'Writes and reads notes at Acme.',
    minimumLicense: 'basic',
    supportedFeatureIds: ['alerting', 'workflows'],
  },
  auth: { types: [{ type: 'api_key_header', defaults: { headerField: 'X-Acme-Key' } }] },
  schema: z.strictObject({
    url: z.url().default('https://notes.acme.example').meta({ title: 'URL' }),
  }),
  validateUrls: { fields: ['url'] },
  actions: {
    write: {
      description: 'Writes a note.',
      input: z.strictObject({
        text: z.string().min(1).max(TEXT_MAX).meta({ title: 'Text' }),
        tags: z.array(z.string().max(50)).max(10).default([]).meta({ title: 'Tags' }),
      }),
      async handler({ client, config }, note) {
        const answer = await client.post(`${config.url}/notes`, { json: note });
        return answer.json(z.object({ id: z.string() }));
      },
    },
    read: {
      description: 'Reads a note.',
      input: z.strictObject({ id: z.string().min(1).max(100).meta({ title: 'ID' }) }),
      async handler({ client, config }, { id }) {
        return (await client.get(`${config.url}/notes/${encodeURIComponent(id)}`)).json();
      },
    },
  },
  test: {
    description: 'Whether Acme takes the key.',
    async handler({ client, config }) {
      const { account } = (await client.get(`${config.url}/me`)).json(z.object({ account: z.string() }));
      return { ok: true, message: `Connected to ${account}.` };
    },
  },
  failureText: (answer) => {
    const data = answer.data();
    return typeof data === 'object' && data !== null ? data.error : undefined;
  },
});
