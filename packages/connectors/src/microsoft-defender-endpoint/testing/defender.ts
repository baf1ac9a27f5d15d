import {
  type ReceivedRequest,
  type StandIn,
  type StandInAnswer,
  standIn,
  type TokenIssuer,
  tokenIssuer,
} from '@patchbay/kit/testing';
import { filter, type Row, select } from './odata.ts';

export const TENANT = 'tenant-1';
export const CLIENT_ID = 'app-1';
export const CLIENT_SECRET = 'shhh-client-secret';
export const SCOPE = 'https://securitycenter.onmicrosoft.com/windowsatpservice/.default';
/** Of a file that somebody may fetch who knows its link. */
const SIGNATURE = 'sig-of-the-file';

export interface DefenderOptions {
  now?: () => Date;
  /** Seconds that a token holds. */
  expiresIn?: number;
  machines?: Row[];
  actions?: Row[];
  /** The file that a live response action has made. */
  file?: string | Uint8Array;
  /** Calls of the API that are answered before the rest is told to wait. */
  rateLimit?: number;
  /** An answer in place of its own; undefined: its own. */
  answer?: (request: ReceivedRequest) => StandInAnswer | undefined;
}

export interface Defender extends StandIn {
  tokens: TokenIssuer;
  /** Method and path with query, decoded, of the calls that were not for a token. */
  calls(): string[];
}

/**
 * Microsoft's login server, Defender's API with its machine `1-2-3`, and the storage of result files, in one.
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow,
 * https://learn.microsoft.com/en-us/defender-endpoint/api/exposed-apis-list
 */
export async function defender(options: DefenderOptions = {}): Promise<Defender> {
  const { now = () => new Date(), expiresIn, rateLimit = Number.POSITIVE_INFINITY, answer } = options;
  const tokens = tokenIssuer(now, expiresIn === undefined ? {} : { expiresIn });
  const busy = new Set<string>();
  let called = 0;
  const server = await standIn((request) => {
    const special = answer?.(request);
    if (special !== undefined) return special;
    const { pathname, searchParams } = new URL(request.url, 'http://defender');
    if (pathname.endsWith('/token')) return tokenAnswer(request, tokens);
    if (pathname === '/file') return fileAnswer(request, searchParams, options.file);
    if (!tokens.accepts(request.headers.authorization)) return refused(401, 'Unauthorized', 'Invalid token.');
    if (++called > rateLimit) {
      const { headers, ...rest } = refused(429, 'TooManyRequests', 'Rate limit is exceeded.');
      return { ...rest, headers: { ...headers, 'retry-after': '30' } };
    }
    return apiAnswer(request, options, busy, `http://${request.headers.host}`);
  });
  return {
    ...server,
    tokens,
    calls: () =>
      server.received
        .filter(({ url }) => !url.endsWith('/token'))
        .map(({ method, url }) => `${method} ${decodeURIComponent(url)}`),
  };
}

function tokenAnswer({ method, url, headers, body }: ReceivedRequest, tokens: TokenIssuer): StandInAnswer {
  const form = Object.fromEntries(new URLSearchParams(body));
  const isAsked = method === 'POST' && headers['content-type'] === 'application/x-www-form-urlencoded';
  if (!isAsked || url !== `/${TENANT}/oauth2/v2.0/token` || form.grant_type !== 'client_credentials') {
    return json(400, { error: 'invalid_request', error_description: 'AADSTS900144: not a token request' });
  }
  if (form.client_id !== CLIENT_ID || form.client_secret !== CLIENT_SECRET) {
    return json(401, { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret' });
  }
  if (form.scope !== SCOPE) return json(400, { error: 'invalid_scope' });
  return json(200, tokens.issue());
}

/** A storage that takes a signature in the link, and no other credentials beside it. */
function fileAnswer(
  { method, headers }: ReceivedRequest,
  query: URLSearchParams,
  file: string | Uint8Array | undefined,
): StandInAnswer {
  const isAllowed = query.get('sig') === SIGNATURE && headers.authorization === undefined;
  if (method !== 'GET' || !isAllowed) return { status: 403, body: '<Error>AuthenticationFailed</Error>' };
  if (file === undefined) return { status: 404, body: '<Error>BlobNotFound</Error>' };
  return { headers: { 'content-type': 'application/zip' }, body: file };
}

function apiAnswer(
  { method, url, body }: ReceivedRequest,
  { machines = [{ id: '1-2-3' }], actions = [{ id: 'a1' }], file }: DefenderOptions,
  busy: Set<string>,
  own: string,
): StandInAnswer {
  const { pathname, searchParams } = new URL(url, 'http://defender');
  const [, api, collection = '', id = '', operation] = pathname.split('/').map(decodeURIComponent);
  const rows = { machines, machineactions: actions, libraryfiles: [{ fileName: 'script.ps1' }] }[collection];
  if (api !== 'api' || rows === undefined) return refused(404, 'NotFound', 'No such resource');
  if (id === '') return method === 'GET' ? listed(rows, searchParams) : refused(405, 'NotAllowed', method);
  const row = rows.find((one) => one.id === id);
  if (row === undefined) return refused(404, 'ResourceNotFound', `${collection} ${id} was not found`);
  if (operation === undefined) return json(200, row);
  const given = body === '' ? {} : JSON.parse(body);
  switch (`${method} ${collection} ${operation}`) {
    case 'POST machines isolate':
    case 'POST machines unisolate': {
      if (!given.Comment) return refused(400, 'BadRequest', 'Comment is required');
      if (operation === 'isolate' && !['Full', 'Selective'].includes(given.IsolationType)) {
        return refused(400, 'BadRequest', 'IsolationType is required');
      }
      if (busy.has(`${id} ${operation}`)) {
        return refused(400, 'ActiveRequestAlreadyExists', 'Action is already in progress');
      }
      busy.add(`${id} ${operation}`);
      return json(201, { id: 'a2', type: operation, status: 'Pending', machineId: id });
    }
    case 'POST machines runliveresponse':
      return Array.isArray(given.Commands) && given.Commands[0]?.type === 'RunScript'
        ? json(201, { id: 'a3', type: 'LiveResponse', status: 'Pending', machineId: id })
        : refused(400, 'BadRequest', 'Commands are required');
    case 'POST machineactions cancel':
      return given.Comment
        ? json(200, { ...row, status: 'Cancelled' })
        : refused(400, 'BadRequest', 'Comment is required');
    case 'GET machineactions GetLiveResponseResultDownloadLink(index=0)':
      return json(200, file === undefined ? {} : { value: `${own}/file?sig=${SIGNATURE}` });
    default:
      return refused(404, 'NotFound', 'No such resource');
  }
}

function listed(rows: readonly Row[], query: URLSearchParams): StandInAnswer {
  const selected = select(rows, query);
  if (selected === undefined) return refused(400, 'BadRequest', 'The query is not valid');
  const total = filter(rows, query.get('$filter') ?? '')?.length;
  return json(200, { ...(query.get('$count') === 'true' && { '@odata.count': total }), value: selected });
}

const refused = (status: number, code: string, message: string) =>
  json(status, { error: { code, message, target: 'x' } });

function json(status: number, body: object) {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
