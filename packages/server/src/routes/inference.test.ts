import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { FIRST_PASSWORD, testServer } from '../testing/test-server.ts';

const ELASTIC_LLM = {
  name: 'Elastic LLM',
  actionTypeId: '.inference',
  exposeConfig: true,
  config: {
    provider: 'elastic',
    taskType: 'chat_completion',
    inferenceId: '.rainbow-sprinkles-elastic',
    providerConfig: { model_id: 'rainbow-sprinkles' },
  },
};
const CHAT = '/_inference/chat_completion/.rainbow-sprinkles-elastic';

/** A node with these endpoints, and a server that has the Elastic Managed LLM. */
async function started(answer: (asked: string, response: ServerResponse) => void) {
  const asked: string[] = [];
  let connections = 0;
  const node = createServer((request, response) => {
    request.resume();
    const what = `${request.method} ${request.url}`;
    asked.push(what);
    answer(what, response);
  });
  node.on('connection', (socket) => {
    connections += 1;
    socket.on('close', () => {
      connections -= 1;
    });
  });
  await once(node.listen(0, '127.0.0.1'), 'listening');
  const server = await testServer({
    settings: {
      'elasticsearch.hosts': `http://127.0.0.1:${(node.address() as AddressInfo).port}`,
      'xpack.actions.preconfigured': { 'elastic-llm': ELASTIC_LLM },
    },
  });
  return {
    ...server,
    asked,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      node.closeAllConnections();
      await new Promise((resolve) => node.close(resolve));
    },
  };
}

const endpoints = (response: ServerResponse, ...ids: string[]) =>
  response.end(JSON.stringify({ endpoints: ids.map((inference_id) => ({ inference_id })) }));

it('the Elastic Managed LLM is listed while Elasticsearch has its endpoint, or cannot say', async () => {
  let answer = (response: ServerResponse) => void endpoints(response, 'other');
  await using server = await started((_, response) => answer(response));
  const listed = async () => (await server.call('GET', '/api/actions/connectors')).body;
  expect(await listed()).toEqual([]);
  answer = (response) => void endpoints(response, '.rainbow-sprinkles-elastic');
  expect(await listed()).toMatchObject([
    { id: 'elastic-llm', name: 'Elastic LLM', is_preconfigured: true, config: ELASTIC_LLM.config },
  ]);
  answer = (response) => void response.writeHead(500).end();
  expect(await listed()).toMatchObject([{ id: 'elastic-llm' }]);
});

it('the Elastic Managed LLM answers as it goes, and is left when its client leaves', async () => {
  await using server = await started((what, response) => {
    if (what.includes('_stream')) response.write('data: {"one":1}\n\n');
    else endpoints(response);
  });
  const client = new AbortController();
  const answer = await fetch(`${server.url}/api/actions/connector/elastic-llm/_execute`, {
    method: 'POST',
    signal: client.signal,
    headers: {
      authorization: `Basic ${btoa(`elastic:${FIRST_PASSWORD}`)}`,
      'kbn-xsrf': 'true',
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      params: {
        subAction: 'unified_completion_stream',
        subActionParams: { body: { messages: [{ role: 'user', content: 'hi' }] } },
      },
    }),
  });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  const { value } = (await answer.body?.getReader().read()) ?? {};
  expect(Buffer.from(value ?? '').toString()).toBe('data: {"one":1}\n\n');
  expect(server.asked).toEqual([`POST ${CHAT}/_stream?timeout=180s`]);
  client.abort();
  await vi.waitFor(() => expect(server.connections()).toBe(0), { timeout: 1000 });
});

it('an endpoint lives as long as its connector', async () => {
  const known = new Set<string>();
  await using server = await started((what, response) => {
    const [method = '', path = ''] = what.split(' ');
    if (method === 'PUT') known.add(path);
    const isThere = method === 'DELETE' ? known.delete(path) : known.has(path);
    response.writeHead(isThere ? 200 : 404).end('{}');
  });
  const body = {
    name: 'chat',
    connector_type_id: '.inference',
    config: { provider: 'openai', taskType: 'completion', inferenceId: 'mine' },
    secrets: { providerSecrets: { api_key: 'the-key' } },
  };
  const path = '/api/actions/connector/chat';
  expect((await server.call('POST', path, { body })).status).toBe(200);
  expect([...known]).toEqual(['/_inference/completion/mine']);
  const again = await server.call('POST', '/api/actions/connector/other', { body });
  expect([again.status, again.body.message]).toEqual([
    400,
    'Inference with id mine and task type completion already exists.',
  ]);
  const { connector_type_id: _, ...change } = body;
  expect((await server.call('PUT', path, { body: change })).status).toBe(200);
  expect((await server.call('DELETE', path)).status).toBe(204);
  expect([...known]).toEqual([]);
});
