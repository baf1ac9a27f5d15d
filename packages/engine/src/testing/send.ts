import type { Transport, TransportRequest } from '@patchbay/kit';

/** Sends one request through a transport. What comes back is status and body, or code and message of the error. */
export async function send(transport: Transport, url: string, request: Partial<TransportRequest> = {}) {
  try {
    const { status, statusText, body } = await transport({
      method: 'GET',
      url,
      headers: {},
      body: undefined,
      timeoutMs: undefined,
      maxRedirects: 21,
      sensitiveHeaders: [],
      signal: new AbortController().signal,
      ...request,
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return { status, statusText, body: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { code, message };
  }
}
