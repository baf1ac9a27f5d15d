import { expect, it } from 'vitest';
import {
  bedrockRuntime,
  MODEL,
  NOW,
  SECRETS,
} from '../../../connectors/src/bedrock/testing/bedrock-runtime.ts';
import { chunkFrames } from '../../../connectors/src/bedrock/testing/frames.ts';
import { credentials } from '../../../connectors/src/gemini/testing/vertex-ai.ts';
import { FIRST_PASSWORD, type TestServer, testServer } from '../testing/test-server.ts';

const messages = [{ role: 'user', content: 'hi' }];

function execute(server: TestServer, id: string, subAction: string, subActionParams: object) {
  return fetch(`${server.url}/api/actions/connector/${id}/_execute`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`elastic:${FIRST_PASSWORD}`)}`,
      'kbn-xsrf': 'true',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ params: { subAction, subActionParams } }),
  });
}

async function created(server: TestServer, id: string, connector: object) {
  const { status } = await server.call('POST', `/api/actions/connector/${id}`, {
    body: { name: id, ...connector },
  });
  expect(status).toBe(200);
}

it('what is signed for Bedrock is what leaves, streamed or not', async () => {
  await using server = await testServer({ now: () => NOW });
  await using vendor = await bedrockRuntime({ models: [MODEL, "it's (a) model*!"] });
  await created(server, 'bedrock', {
    connector_type_id: '.bedrock',
    config: { apiUrl: vendor.url },
    secrets: SECRETS,
  });
  for (const model of [undefined, "it's (a) model*!"]) {
    const answer = await execute(server, 'bedrock', 'invokeAI', { messages, model });
    expect(await answer.json()).toMatchObject({ status: 'ok', data: { message: 'Disk is full.' } });
  }
  const stream = await execute(server, 'bedrock', 'invokeStream', { messages });
  expect(stream.headers.get('content-type')).toBe('application/vnd.amazon.eventstream');
  expect(Buffer.from(await stream.arrayBuffer())).toEqual(Buffer.concat(chunkFrames()));
});

it('a dry run of Bedrock shows the request without its signature', async () => {
  await using server = await testServer({ now: () => NOW });
  await created(server, 'bedrock', {
    connector_type_id: '.bedrock',
    config: { apiUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com' },
    secrets: SECRETS,
  });
  const { body } = await server.call('POST', '/api/actions/connector/bedrock/_execute?dry_run=true', {
    body: { params: { subAction: 'invokeStream', subActionParams: { messages } } },
  });
  expect(body.data.requests).toHaveLength(1);
  expect(JSON.stringify(body)).not.toMatch(/Signature=|bedrockAccessKey/);
});

it('Google is asked for a token only where its host is allowed', async () => {
  const apiUrl = 'https://us-central1-aiplatform.googleapis.com';
  await using server = await testServer({
    settings: { 'xpack.actions.allowedHosts': [new URL(apiUrl).host] },
  });
  await created(server, 'gemini', {
    connector_type_id: '.gemini',
    config: { apiUrl, gcpRegion: 'us-central1', gcpProjectID: 'p1' },
    secrets: { credentialsJson: credentials() },
  });
  expect(await (await execute(server, 'gemini', 'invokeStream', { messages })).json()).toMatchObject({
    status: 'error',
    service_message: expect.stringContaining(
      'target url "https://oauth2.googleapis.com/token" is not added to the Kibana config xpack.actions.allowedHosts',
    ),
  });
});
