import {
  type AllowedHosts,
  HttpRequestError,
  messageOf,
  type Smtp,
  TOKEN_REQUEST_SECRETS,
  type Transport,
  type TransportRequest,
} from '@patchbay/kit';
import type { Redact } from '../redaction/index.ts';

/** A request that a run would have sent, without its secrets. */
export interface CapturedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
}

/** Takes requests instead of sending them: each one ends as a request that failed, since there is no answer. */
export interface Capture {
  transport: Transport;
  smtp: Smtp;
  /** In place of the one to services that the configuration names. */
  operatorTransport: Transport;
  shown(redact: Redact): CapturedRequest[];
}

const SENSITIVE_HEADERS: readonly string[] = ['authorization', 'proxy-authorization', 'cookie'];

export function capture(allowedHosts: AllowedHosts): Capture {
  const taken: Pick<
    TransportRequest,
    'method' | 'url' | 'headers' | 'body' | 'sensitiveHeaders' | 'sensitiveQuery'
  >[] = [];
  const notSent = () => new HttpRequestError('not sent: this is a dry run');
  const operatorTransport: Transport = async (request) => {
    taken.push(request);
    throw notSent();
  };
  const ensureAllowed = (check: () => void) => {
    try {
      check();
    } catch (cause) {
      throw new HttpRequestError(messageOf(cause), { cause });
    }
  };
  return {
    async transport(request) {
      ensureAllowed(() => allowedHosts.ensureUrlAllowed(request.url));
      return operatorTransport(request);
    },
    smtp: {
      async session({ server: { host, port, isSecure }, message: { from, to, content } }) {
        ensureAllowed(() => allowedHosts.ensureHostnameAllowed(host));
        taken.push({
          method: 'SMTP',
          url: `${isSecure ? 'smtps' : 'smtp'}://${host}:${port}`,
          headers: { 'MAIL FROM': from, 'RCPT TO': to.join(', ') },
          body: content,
          sensitiveHeaders: [],
        });
        throw notSent();
      },
    },
    operatorTransport,
    shown: (redact) =>
      taken.map(({ method, url, headers, body, sensitiveHeaders, sensitiveQuery = [] }) => {
        const hidden = new Set([...SENSITIVE_HEADERS, ...sensitiveHeaders.map((name) => name.toLowerCase())]);
        return {
          method,
          url: redact(withoutQuery(withoutUserinfo(url), new Set(sensitiveQuery))),
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [
              name,
              hidden.has(name.toLowerCase()) ? '[redacted]' : redact(value),
            ]),
          ),
          body: body === undefined ? null : redact(withoutTokenSecrets(bodyText(body))),
        };
      }),
  };
}

function bodyText(body: NonNullable<TransportRequest['body']>): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : '[stream]';
}

const TOKEN_SECRETS = new RegExp(`(^|&)(${TOKEN_REQUEST_SECRETS.join('|')})=[^&]*`, 'g');

/** An assertion that was made for the request is none of the connector's secrets, and as good as one. */
function withoutTokenSecrets(body: string): string {
  return body.includes('grant_type=') ? body.replace(TOKEN_SECRETS, '$1$2=[redacted]') : body;
}

function withoutUserinfo(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1[redacted]@');
}

/** Without the values of the parameters of these names. */
function withoutQuery(url: string, names: ReadonlySet<string>): string {
  return url.replace(/([?&])([^=&#]*)=[^&#]*/g, (parameter, before: string, name: string) =>
    [...new URLSearchParams(name).keys()].some((key) => names.has(key))
      ? `${before}${name}=[redacted]`
      : parameter,
  );
}
