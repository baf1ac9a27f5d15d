import type { HttpResponse } from '@patchbay/kit';
import { mediaType } from './answer.ts';

const MAX_LENGTH = 2048;
const MAX_ERRORS = 15;

/** What a remote says of its refusal, cut to a length that can be read; undefined: nothing. */
export function errorDetail(response: HttpResponse, redact: (text: string) => string): string | undefined {
  const detail = detailIn(response);
  if (detail === undefined) return undefined;
  // Before it is cut: nobody finds half a secret.
  const text = redact(detail);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

function detailIn(response: HttpResponse): string | undefined {
  const text = textOf(response);
  if (text === undefined) return codeOf(response);
  if (mediaType(response).includes('html')) return withoutTags(text) || undefined;
  return detailOf(parsed(text)) ?? codeOf(response);
}

/** The reference falls back to its client's code, and leaves out the one of a status from 400 to 499. */
function codeOf({ status }: HttpResponse): string | undefined {
  return status >= 500 && status < 600 ? 'ERR_BAD_RESPONSE' : undefined;
}

/** undefined: blank, or no text at all. */
function textOf(response: HttpResponse): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(response.bytes()).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** A tag ends before the next one begins: what is none, however long, is gone through once. */
function withoutTags(html: string): string {
  return html
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function detailOf(body: unknown): string | undefined {
  if (body === null) return undefined;
  if (Array.isArray(body)) return errorsIn(body) ?? JSON.stringify(body);
  if (typeof body === 'object') return inObject(body as Record<string, unknown>);
  return String(body).trim() || undefined;
}

/** Where services put it: RFC 9457, RFC 6749, and the habits of the rest. */
const FIELDS = [
  'detail',
  'title',
  'error_description',
  'error',
  'message',
  'reason',
  'description',
  'Message',
];
const FIELDS_OF_ERROR = ['message', 'reason', 'msg', 'detail'];

function inObject(body: Record<string, unknown>): string {
  return (
    firstText(body, FIELDS) ??
    firstText(body.error, FIELDS_OF_ERROR) ??
    (Array.isArray(body.errors) ? errorsIn(body.errors) : undefined) ??
    JSON.stringify(body)
  );
}

function firstText(value: unknown, names: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  return names.map((name) => textIn(fields[name])).find((text) => text !== undefined);
}

function errorsIn(errors: readonly unknown[]): string | undefined {
  const texts = errors
    .slice(0, MAX_ERRORS)
    .map((error) => textIn(error) ?? firstText(error, ['message']))
    .filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.join('; ');
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
