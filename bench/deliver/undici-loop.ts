/** The floor: the same bodies, posted over so many connections, and nothing else. Usage: undici-loop.ts <target url>. Prints its URL. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { alertBody } from './bodies.ts';

const CONNECTIONS = 32;
const target = new URL(process.argv[2] ?? '');
const pool = new Agent({ connections: CONNECTIONS });
const headers = {
  'content-type': 'application/json',
  authorization: `Basic ${Buffer.from('bench:password').toString('base64')}`,
};

async function post(body: string): Promise<void> {
  const response = await pool.request({
    origin: target.origin,
    path: target.pathname,
    method: 'POST',
    headers,
    body,
  });
  await response.body.text();
}

const server = createServer(async (request, response) => {
  const count = Number(/count=(\d+)/.exec(request.url ?? '')?.[1]);
  let next = 0;
  const lane = async () => {
    while (next < count) await post(alertBody(next++));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  response.end('{}');
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
