import { join } from 'node:path';
import { openSqliteStore } from '@patchbay/engine/store';
import { testCa, testTlsOrigin } from '@patchbay/engine/testing';
import { standIn } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { type TestServer, temporaryFolder, testServer } from '../testing/test-server.ts';

const USAGE = { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 };
const ANSWER = JSON.stringify({
  choices: [{ message: { role: 'assistant', content: 'Hello' } }],
  usage: USAGE,
});
const MESSAGES = [{ role: 'user', content: 'Hello world' }];

/** Creates a connector with its type's name as id, and answers what it comes to. */
async function created({ call }: TestServer, id: string, config: object, secrets: object) {
  const body = { name: id, connector_type_id: '.gen-ai', config, secrets };
  return call('POST', `/api/actions/connector/${id}`, { body });
}

const execute = ({ call }: TestServer, id: string, subAction: string, subActionParams: object) =>
  call('POST', `/api/actions/connector/${id}/_execute`, { body: { params: { subAction, subActionParams } } });

describe('.gen-ai with certificates', () => {
  const ca = testCa();
  const own = ca.issue();
  const client = ca.issue({ commonName: 'the client' });
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const asksForCertificate = { ...own, ca: ca.cert, requestCert: true, rejectUnauthorized: true };
  const other = (apiUrl: string, more = {}) => ({ apiProvider: 'Other', apiUrl, defaultModel: 'm', ...more });
  const identity = { certificateData: base64(client.cert), privateKeyData: base64(client.key) };
  const caData = base64(ca.cert);

  async function run(config: object, secrets: object) {
    await using server = await testServer();
    const answer = await created(server, 'pki', config, secrets);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const { body } = await execute(server, 'pki', 'invokeAI', { messages: MESSAGES });
    const told = JSON.stringify([body, server.logged]);
    for (const key of [client.key, base64(client.key)]) expect(told).not.toContain(key.slice(30, 90));
    return body;
  }

  it.each([
    ['as it is', (pem: string) => pem],
    ['on one line', (pem: string) => pem.replaceAll('\n', ' ')],
    ['with other line ends and indents', (pem: string) => pem.replaceAll('\n', '\r\n   ')],
  ])('shows its own, and trusts its authority, given %s', async (_, form) => {
    await using service = await testTlsOrigin(asksForCertificate, ANSWER);
    const result = await run(other(service.url), {
      certificateData: base64(form(client.cert)),
      privateKeyData: base64(form(client.key)),
      caData: base64(form(ca.cert)),
    });
    expect(result).toMatchObject({ status: 'ok', data: { message: 'Hello' } });
    expect(service.clients).toEqual(['the client']);
  });

  it('trusts an authority beside a key, without a certificate of its own', async () => {
    await using service = await testTlsOrigin({ cert: own.cert, key: own.key }, ANSWER);
    expect(await run(other(service.url), { apiKey: 'k', caData })).toMatchObject({ status: 'ok' });
  });

  it('says what to do where it cannot trust the service', async () => {
    await using service = await testTlsOrigin({ cert: own.cert, key: own.key }, ANSWER);
    expect(await run(other(service.url), identity)).toMatchObject({
      status: 'error',
      service_message: expect.stringMatching(
        /^Certificate error: Status code: undefined\. Message: Unexpected API Error: UNABLE_TO_VERIFY_LEAF_SIGNATURE - .*\. Please check if your PKI certificates are valid or adjust SSL verification mode\.$/,
      ),
    });
    expect(await run(other(service.url, { verificationMode: 'none' }), identity)).toMatchObject({
      status: 'ok',
    });
  });

  it('says what to do where the certificate is another host’s', async () => {
    const foreign = ca.issue({ names: ['elsewhere.example'], ips: [] });
    await using service = await testTlsOrigin({ cert: foreign.cert, key: foreign.key }, ANSWER);
    const secrets = { ...identity, caData };
    expect(await run(other(service.url), secrets)).toMatchObject({
      service_message: expect.stringMatching(
        /^TLS handshake failed: Status code: undefined\. Message: Unexpected API Error: ERR_TLS_CERT_ALTNAME_INVALID - .*\. Verify server certificate hostname and CA configuration\.$/,
      ),
    });
    const chainOnly = other(service.url, { verificationMode: 'certificate' });
    expect(await run(chainOnly, secrets)).toMatchObject({ status: 'ok' });
  });

  it('fails with a certificate that is not of its key', async () => {
    await using service = await testTlsOrigin(asksForCertificate, ANSWER);
    const secrets = { ...identity, privateKeyData: base64(own.key), caData };
    expect(await run(other(service.url), secrets)).toMatchObject({
      service_message: expect.stringMatching(
        /^Invalid or inaccessible PKI certificates: .*key values mismatch/,
      ),
    });
    expect(service.clients).toEqual([]);
  });
});

it('.gen-ai connectors show the default model that they were created without', async () => {
  await using server = await testServer();
  const config = { apiProvider: 'OpenAI', apiUrl: 'https://api.openai.com/v1/chat/completions' };
  expect((await created(server, 'mine', config, { apiKey: 'k' })).body.config).toEqual({
    ...config,
    defaultModel: 'gpt-4.1',
  });
});

it('.gen-ai tokens are in the event log, of answers and of streams, counted or not by the service', async () => {
  const chunk = (fields: object) =>
    `data: ${JSON.stringify({ object: 'chat.completion.chunk', ...fields })}\n\n`;
  const words = chunk({ choices: [{ delta: { content: 'Hello' } }] });
  await using service = await standIn(({ url, body }) => {
    if (JSON.parse(body).stream !== true) return { body: ANSWER };
    const usage = url === '/counts' ? chunk({ choices: [], usage: USAGE }) : '';
    return { headers: { 'content-type': 'text/event-stream' }, body: `${words}${usage}data: [DONE]\n\n` };
  });
  const dataPath = temporaryFolder();
  const server = await testServer({ dataPath });
  for (const id of ['counts', 'silent', 'whole']) {
    const config = { apiProvider: 'Other', apiUrl: `${service.url}/${id}`, defaultModel: 'm' };
    await created(server, id, config, { apiKey: 'k' });
  }
  const body = JSON.stringify({ messages: MESSAGES });
  await execute(server, 'counts', 'stream', { body, stream: true });
  await execute(server, 'silent', 'stream', { body, stream: true });
  await execute(server, 'whole', 'run', { body });
  await server.stop();

  const store = openSqliteStore(join(dataPath, 'patchbay.sqlite'));
  const endOf = async (connectorId: string) => {
    const end = (await store.events.find({ connectorIds: [connectorId] })).find(
      ({ action }) => action === 'execute',
    );
    return end?.document as unknown;
  };
  const counted = (usage: object) => ({ kibana: { action: { execution: { gen_ai: { usage } } } } });
  expect(await endOf('counts')).toMatchObject(counted(USAGE));
  expect(await endOf('whole')).toMatchObject(counted(USAGE));
  expect(await endOf('silent')).toMatchObject(
    counted({ prompt_tokens: 15, completion_tokens: 5, total_tokens: 20 }),
  );
  await store.close();
});
