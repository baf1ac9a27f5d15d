import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import * as https from 'node:https';
import type { Readable } from 'node:stream';
import { http } from '@patchbay/engine/node-http';
import { messageOf } from '@patchbay/kit';
import { type Command, Option } from 'commander';
import { CommandError, EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** What `addConnectionOptions` puts on a command. */
export interface ConnectionOptions {
  url: string;
  user?: string;
  apiKey?: boolean;
  space?: string;
  ca?: string;
  insecure?: boolean;
  json?: boolean;
}

export interface ApiClient {
  /** The answer's body; throws `CommandError` for every answer that is an error. `path` is below the space. */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  /** The answer's bytes as they arrive; throws as `call`. */
  download(method: string, path: string, body?: unknown): Promise<Readable>;
  /** As `call`, with a file and other fields in a form. */
  upload(path: string, file: UploadedFile, fields: Readonly<Record<string, string>>): Promise<unknown>;
}

export interface UploadedFile {
  name: string;
  bytes: Buffer;
}

/** What is sent. */
interface Payload {
  type: string;
  bytes: Buffer;
}

/** A server's answer that is an error, with its status. */
export class AnswerFailure extends CommandError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(exitCodeOf(status), message);
    this.status = status;
  }
}

/** Every answer here is a page of text at most; a body past this is not Patchbay's. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export function addConnectionOptions(command: Command, { inSpace = false } = {}): Command {
  const url = new Option('--url <url>', 'the running server').env('PATCHBAY_URL');
  command
    .addOption(url.default('http://127.0.0.1:5601'))
    .addOption(
      new Option('--user <name>', 'whose password is asked for, or is PATCHBAY_PASSWORD').env(
        'PATCHBAY_USER',
      ),
    )
    .option('--api-key', 'ask for an API key; from a script, set PATCHBAY_API_KEY');
  if (inSpace) {
    command.addOption(new Option('--space <id>', 'default: the default space').env('PATCHBAY_SPACE'));
  }
  return command
    .option('--ca <file>', 'PEM file of the authority that signed the server certificate')
    .option('--insecure', 'do not check the server certificate')
    .option('--json', 'the result as JSON on standard output');
}

/** Asks for what is missing before the first call. */
export async function connect(terminal: Terminal, options: ConnectionOptions): Promise<ApiClient> {
  const base = serverUrl(options.url);
  const authorization = await authorizationOf(terminal, options);
  const space =
    options.space === undefined || options.space === 'default' ? '' : `/s/${spaceId(options.space)}`;
  const isTls = base.protocol === 'https:';
  const agent = isTls
    ? new https.Agent({ keepAlive: true, ...tlsOf(options) })
    : new http.Agent({ keepAlive: true });
  const prefix = base.pathname.replace(/\/$/, '');

  function send(method: string, path: string, payload?: Payload): Promise<IncomingMessage> {
    const request = (isTls ? https : http).request(base, {
      method,
      path: `${prefix}${space}${path}`,
      agent,
      headers: {
        authorization,
        accept: 'application/json',
        'kbn-xsrf': 'patchbay',
        ...(path.startsWith('/internal/') && { 'x-elastic-internal-origin': 'patchbay' }),
        ...(payload !== undefined && {
          'content-type': payload.type,
          'content-length': payload.bytes.byteLength,
        }),
      },
    });
    return exchange(request, payload?.bytes, base);
  }

  async function answerOf(response: IncomingMessage, method: string, path: string): Promise<unknown> {
    const { statusCode: status = 0 } = response;
    const answer = parse(await textOf(response, base));
    if (isDone(response) && answer !== NOT_JSON) return answer;
    throw new AnswerFailure(status, `${method} ${path}: ${refusal(status, answer)}`);
  }

  return {
    call: async (method, path, body) => answerOf(await send(method, path, json(body)), method, path),
    async download(method, path, body) {
      const response = await send(method, path, json(body));
      if (!isDone(response)) await answerOf(response, method, path);
      return response;
    },
    upload: async (path, file, fields) =>
      answerOf(await send('POST', path, form(file, fields)), 'POST', path),
  };
}

function json(body: unknown): Payload | undefined {
  if (body === undefined) return undefined;
  return { type: 'application/json', bytes: Buffer.from(JSON.stringify(body)) };
}

function form(file: UploadedFile, fields: Readonly<Record<string, string>>): Payload {
  const boundary = `patchbay-${randomUUID()}`;
  const part = (disposition: string, bytes: Buffer | string) => [
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`,
    bytes,
    '\r\n',
  ];
  const parts = [
    ...Object.entries(fields).flatMap(([name, value]) => part(`name="${name}"`, value)),
    ...part(`name="file"; filename="${file.name}"`, file.bytes),
    `--${boundary}--\r\n`,
  ];
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat(parts.map((each) => Buffer.from(each))),
  };
}

function isDone({ statusCode: status = 0 }: IncomingMessage): boolean {
  return status >= 200 && status < 300;
}

const NOT_JSON = Symbol('not JSON');

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

function refusal(status: number, answer: unknown): string {
  if (answer === NOT_JSON) return `HTTP ${status} with a body that is not JSON: is this a Patchbay server?`;
  const message = (answer as { message?: unknown } | undefined)?.message;
  return `${typeof message === 'string' ? message : 'no reason was given'} (HTTP ${status})`;
}

function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.noAccess;
  return status === 404 ? EXIT.notFound : EXIT.failed;
}

function exchange(request: ClientRequest, payload: Buffer | undefined, base: URL): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('error', (cause) => reject(notConnected(base, cause)));
    request.on('response', resolve);
    request.end(payload);
  });
}

async function textOf(response: IncomingMessage, base: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
      chunks.push(chunk);
    }
  } catch (error) {
    throw notConnected(base, error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function notConnected(base: URL, cause: unknown): CommandError {
  const { code } = cause as NodeJS.ErrnoException;
  const reason = code === undefined ? messageOf(cause) : reasonOf(code);
  return new CommandError(EXIT.noAccess, `Cannot connect to ${base.origin}: ${reason}.`, { cause });
}

function reasonOf(code: string): string {
  const known: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there (is the server running? see --url)',
    ENOTFOUND: 'the host is not known',
    ECONNRESET: 'the connection was closed',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed (see --ca)',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority (see --ca)',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority (see --ca)',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
    CERT_HAS_EXPIRED: 'its certificate has expired',
  };
  return known[code] ?? code;
}

function serverUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new CommandError(EXIT.usage, '--url: expected http://host:port or https://host:port.');
  }
  // A password in an argument is read by everybody who may list processes.
  if (url.username !== '' || url.password !== '') {
    throw new CommandError(EXIT.usage, '--url: takes no credentials; see --user and --api-key.');
  }
  return url;
}

function spaceId(text: string): string {
  if (/^[a-z0-9_-]+$/.test(text)) return text;
  throw new CommandError(EXIT.usage, "--space: lower case, a-z, 0-9, '_', and '-' are allowed.");
}

async function authorizationOf(terminal: Terminal, options: ConnectionOptions): Promise<string> {
  const { PATCHBAY_API_KEY: apiKey, PATCHBAY_PASSWORD: password } = terminal.environment;
  if (options.apiKey) {
    return `ApiKey ${header(apiKey || (await terminal.askSecret('API key', 'set PATCHBAY_API_KEY')))}`;
  }
  if (options.user !== undefined) {
    if (options.user.includes(':')) throw new CommandError(EXIT.usage, '--user: takes a name only.');
    const instead = 'set PATCHBAY_PASSWORD';
    const given = password || (await terminal.askSecret(`Password of ${options.user}`, instead));
    return `Basic ${Buffer.from(`${options.user}:${given}`).toString('base64')}`;
  }
  if (apiKey) return `ApiKey ${header(apiKey)}`;
  throw new CommandError(EXIT.usage, 'Who is calling? Give --user NAME, or set PATCHBAY_API_KEY.');
}

function header(apiKey: string): string {
  if (/^[\x21-\x7e]+$/.test(apiKey)) return apiKey;
  throw new CommandError(EXIT.usage, 'The API key has characters that none has.');
}

function tlsOf({ ca, insecure }: ConnectionOptions): https.AgentOptions {
  return { ...(ca !== undefined && { ca: readPem(ca) }), ...(insecure && { rejectUnauthorized: false }) };
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CommandError(EXIT.usage, `--ca: cannot read ${file}: ${messageOf(cause)}.`, { cause });
  }
}
