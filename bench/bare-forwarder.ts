/**
 * The floor: Fastify and undici doing what a run of a webhook does on the wire and nothing else, the same request
 * in, the same request out, the same answer back. Usage: bare-forwarder.ts <target url>. Prints its URL.
 */
import fastify from 'fastify';
import { Agent } from 'undici';

const target = new URL(process.argv[2] ?? '');
const pool = new Agent();
const authorization = `Basic ${Buffer.from('bench:password').toString('base64')}`;
const app = fastify();

app.post<{ Params: { id: string }; Body: { params: { body: string } } }>(
  '/api/actions/connector/:id/_execute',
  async (request) => {
    const { body } = request.body.params;
    const response = await pool.request({
      origin: target.origin,
      path: target.pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body,
    });
    await response.body.text();
    return { connector_id: request.params.id, status: 'ok', data: body };
  },
);

console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
