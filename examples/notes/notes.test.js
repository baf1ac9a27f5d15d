import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn, testAction } from '@patchbay/kit/testing';
import notes from './notes.js';

/** Acme, as its rules are: a key, a text, and an answer in JSON. */
async function acme() {
  const written = new Map();
  return standIn(({ method, url, headers, body }) => {
    if (headers['x-acme-key'] !== 'the-key') return { status: 401, body: '{"error":"unknown key"}' };
    if (url === '/me') return { body: '{"account":"ops"}' };
    if (method === 'POST' && url === '/notes') {
      const id = `note ${written.size + 1}`;
      written.set(`/notes/${encodeURIComponent(id)}`, body);
      return { status: 201, body: JSON.stringify({ id }) };
    }
    const note = written.get(url);
    return note === undefined ? { status: 404, body: '{"error":"no such note"}' } : { body: note };
  });
}

const run = (vendor, subAction, subActionParams = {}, key = 'the-key') =>
  testAction(notes, {
    config: { url: vendor.url },
    secrets: { authType: 'api_key_header', 'X-Acme-Key': key },
    params: { subAction, subActionParams },
  });

test('writes a note, and reads it', async () => {
  await using vendor = await acme();
  const written = await run(vendor, 'write', { text: 'disk full' });
  assert.deepEqual(written.result, { actionId: 'test', status: 'ok', data: { id: 'note 1' } });
  const read = await run(vendor, 'read', { id: 'note 1' });
  assert.deepEqual(read.result.data, { text: 'disk full', tags: [] });
});

test('says whether the key is good', async () => {
  await using vendor = await acme();
  assert.deepEqual((await run(vendor, 'test')).result.data, { ok: true, message: 'Connected to ops.' });
  const refused = await run(vendor, 'test', {}, 'another key');
  assert.equal(refused.result.message, 'Request failed with status code 401: unknown key');
  assert.equal(refused.result.retry, false);
});

test('refuses a note without a text before anything is sent', async () => {
  await using vendor = await acme();
  await assert.rejects(run(vendor, 'write', { text: '' }), /at subActionParams.text/);
  assert.deepEqual(vendor.received, []);
});
