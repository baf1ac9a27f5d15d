import { extname } from 'node:path';
import { BadRequestError, PayloadTooLargeError, UnsupportedMediaTypeError } from '@patchbay/engine/errors';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { requestError } from './request-error.ts';

/** A form with one file, and its other fields as their schema has them. */
export interface Form<Fields> {
  file: Buffer;
  fields: Fields;
}

export interface FormRules<Fields extends z.ZodType> {
  /** Of the whole request. */
  maxBytes: number;
  /** How the file's name must end, such as `.ndjson`; empty: in any way. */
  extension: string;
  fields: Fields;
}

interface Part {
  filename: string | undefined;
  bytes: Buffer;
}

const MULTIPART = /^multipart\/form-data(;|$)/i;

/** More parts than any form here has. */
const MAX_PARTS = 20;

/** Reads a request as `multipart/form-data`: on such a route nobody has read it before. Throws as a route's schema does. */
export async function readForm<Fields extends z.ZodType>(
  request: FastifyRequest,
  { maxBytes, extension, fields: schema }: FormRules<Fields>,
): Promise<Form<z.output<Fields>>> {
  if (!MULTIPART.test(request.headers['content-type'] ?? ''))
    throw new UnsupportedMediaTypeError('Unsupported Media Type');
  const { file, ...others } = await readParts(request, maxBytes);
  if (file?.filename === undefined) {
    const got = file === undefined ? 'undefined' : 'string';
    throw new BadRequestError(`[request body.file]: expected value of type [Stream] but got [${got}]`);
  }
  const given = extname(file.filename).toLowerCase();
  if (extension !== '' && given !== extension) throw new BadRequestError(`Invalid file extension ${given}`);
  const texts = Object.entries(others).map(([name, { bytes }]) => [name, bytes.toString('utf8')]);
  const parsed = schema.safeParse(Object.fromEntries(texts), { reportInput: true });
  if (!parsed.success) throw requestError('body', parsed.error);
  return { file: file.bytes, fields: parsed.data };
}

/** The parts by their names; of several of one name the last. */
async function readParts({ raw, headers }: FastifyRequest, maxBytes: number): Promise<Record<string, Part>> {
  const tooLarge = new PayloadTooLargeError(
    `Payload content length greater than maximum allowed: ${maxBytes}`,
  );
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const { Busboy } = await import('@fastify/busboy');
  const parts: Record<string, Part> = Object.create(null);
  let bytes = 0;
  return new Promise((resolve, reject) => {
    /** Reads on to the end, so that whoever sends gets to the answer. */
    const fail = (error: Error) => {
      raw.unpipe();
      raw.resume();
      reject(error);
    };
    const unreadable = (cause: unknown) =>
      fail(new BadRequestError('Invalid multipart payload format', { cause }));
    try {
      const form = new Busboy({
        headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
        limits: { parts: MAX_PARTS, fieldSize: maxBytes },
      });
      form.on('file', (name, stream, filename) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('error', unreadable);
        stream.on('end', () => {
          parts[name] = { filename, bytes: Buffer.concat(chunks) };
        });
      });
      form.on('field', (name, value) => {
        parts[name] = { filename: undefined, bytes: Buffer.from(value) };
      });
      form.on('error', unreadable);
      form.on('finish', () => resolve(parts));
      raw.on('error', unreadable);
      raw.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) fail(tooLarge);
      });
      raw.pipe(form);
    } catch (error) {
      unreadable(error);
    }
  });
}
