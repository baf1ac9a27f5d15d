import { gzipSync } from 'node:zlib';
import { testCa } from '@patchbay/engine/testing';
import { answering, mute, nobody, type Remote, raw, secure } from './remotes.ts';

/** One thing that a remote service can do wrong, and what a run comes to. */
export interface Fault {
  what: string;
  start(): Promise<Remote>;
  /** What the connector calls; default `http://127.0.0.1:<port>/`. */
  url?: (port: number) => string;
  settings?: Record<string, unknown>;
  /** Of the answer, ports and dates taken out. */
  message: string;
  serviceMessage: string;
  retry: string;
}

export const RESPONSE_TIMEOUT_MS = 1500;
export const MAX_BYTES = 100_000;

const head = (status: string, ...headers: string[]) =>
  [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');
const redirectTo = (location: string) =>
  raw((socket) =>
    socket.end(head('302 Found', `Location: ${location}`, 'Content-Length: 0', 'Connection: close')),
  );
const FAILED = 'error calling webhook, request failed';
const TIMEOUT = `[ECONNABORTED] timeout of ${RESPONSE_TIMEOUT_MS}ms exceeded`;
const https = (port: number) => `https://127.0.0.1:${port}/`;
const ca = testCa();
const trusted = {
  'xpack.actions.ssl.verificationMode': 'full',
};

export const faults: readonly Fault[] = [
  {
    what: 'refuses the connection',
    start: nobody,
    message: FAILED,
    serviceMessage: '[ECONNREFUSED] connect ECONNREFUSED 127.0.0.1:PORT',
    retry: 'absent',
  },
  {
    what: 'closes the connection without an answer',
    start: () => raw((socket) => socket.end()),
    message: FAILED,
    serviceMessage: '[ECONNRESET] socket hang up',
    retry: 'absent',
  },
  {
    what: 'resets the connection amid the body',
    start: () =>
      raw((socket) => {
        socket.write(`${head('200 OK', 'Content-Length: 1000')}half`, () => socket.resetAndDestroy());
      }),
    message: FAILED,
    serviceMessage: '[ECONNRESET] socket hang up',
    retry: 'absent',
  },
  {
    what: 'says nothing',
    start: mute,
    message: FAILED,
    serviceMessage: TIMEOUT,
    retry: 'absent',
  },
  {
    what: 'says nothing, not even in TLS',
    start: mute,
    url: https,
    message: FAILED,
    serviceMessage: TIMEOUT,
    retry: 'absent',
  },
  {
    what: 'sends headers and then nothing',
    start: () => answering(head('200 OK', 'Content-Length: 1000')),
    message: FAILED,
    serviceMessage: TIMEOUT,
    retry: 'absent',
  },
  {
    what: 'drips a byte a second',
    start: () =>
      raw((socket) => {
        socket.write(head('200 OK', 'Content-Length: 1000'));
        const drip = setInterval(() => socket.write('x'), 1000);
        socket.on('close', () => clearInterval(drip));
      }),
    message: FAILED,
    serviceMessage: TIMEOUT,
    retry: 'absent',
  },
  {
    what: 'sends far more than the limit',
    start: () =>
      raw((socket) => {
        socket.write(head('200 OK', `Content-Length: ${MAX_BYTES * 1000}`));
        const more = () => {
          while (socket.writable && socket.write(Buffer.alloc(65_536, 'x')));
        };
        socket.on('drain', more);
        more();
      }),
    message: FAILED,
    serviceMessage: `maxContentLength size of ${MAX_BYTES} exceeded`,
    retry: 'absent',
  },
  {
    what: 'sends a small answer that unpacks to more than the limit',
    start: () => {
      const body = gzipSync(Buffer.alloc(MAX_BYTES * 50));
      const headers = head('200 OK', 'Content-Encoding: gzip', `Content-Length: ${body.byteLength}`);
      return answering(Buffer.concat([Buffer.from(headers), body]));
    },
    message: FAILED,
    serviceMessage: `maxContentLength size of ${MAX_BYTES} exceeded`,
    retry: 'absent',
  },
  {
    what: 'sends broken gzip',
    start: () => answering(`${head('200 OK', 'Content-Encoding: gzip', 'Content-Length: 8')}not gzip`),
    message: FAILED,
    serviceMessage: '[Z_DATA_ERROR] incorrect header check',
    retry: 'absent',
  },
  {
    what: 'does not speak HTTP',
    start: () => answering('SSH-2.0-OpenSSH_9.9\r\n'),
    message: FAILED,
    serviceMessage:
      'Parse Error: Response does not match the HTTP/1.1 protocol (Expected HTTP/, RTSP/ or ICE/)',
    retry: 'absent',
  },
  {
    what: 'redirects to a host that is not allowed',
    start: () => redirectTo('http://elsewhere.example/'),
    settings: { 'xpack.actions.allowedHosts': ['127.0.0.1'] },
    message: FAILED,
    serviceMessage:
      '[ERR_FR_REDIRECTION_FAILURE] Redirected request failed: target hostname "elsewhere.example" is not added to the Kibana config xpack.actions.allowedHosts',
    retry: 'absent',
  },
  {
    what: 'redirects in a loop',
    start: () => redirectTo('/again'),
    message: FAILED,
    serviceMessage: '[ERR_FR_TOO_MANY_REDIRECTS] Maximum number of redirects exceeded',
    retry: 'absent',
  },
  {
    what: 'answers 429 with `Retry-After` in seconds',
    start: () => answering(head('429 Too Many Requests', 'Retry-After: 90', 'Content-Length: 0')),
    message: 'error calling webhook, retry at DATE',
    serviceMessage: '[429] Too Many Requests',
    retry: 'DATE, as many seconds from the run',
  },
  {
    what: 'answers 429 with `Retry-After` as a date',
    start: () =>
      answering(
        head('429 Too Many Requests', 'Retry-After: Wed, 21 Oct 2099 07:28:00 GMT', 'Content-Length: 0'),
      ),
    message: 'error calling webhook, retry later',
    serviceMessage: '[429] Too Many Requests',
    retry: 'true',
  },
  {
    what: 'answers 503',
    start: () => answering(head('503 Service Unavailable', 'Content-Length: 0')),
    message: 'error calling webhook, retry later',
    serviceMessage: '[503] Service Unavailable',
    retry: 'true',
  },
  {
    what: 'shows an expired certificate',
    start: () => secure(ca.issue({ isExpired: true })),
    url: https,
    settings: trusted,
    message: FAILED,
    serviceMessage: '[CERT_HAS_EXPIRED] certificate has expired',
    retry: 'absent',
  },
  {
    what: 'shows a self-signed certificate',
    start: () => secure(ca.issue({ isSelfSigned: true })),
    url: https,
    settings: trusted,
    message: FAILED,
    serviceMessage: '[DEPTH_ZERO_SELF_SIGNED_CERT] self-signed certificate',
    retry: 'absent',
  },
  {
    what: 'shows a certificate of an unknown authority',
    start: () => secure(testCa('Another authority').issue()),
    url: https,
    settings: trusted,
    message: FAILED,
    serviceMessage: '[UNABLE_TO_VERIFY_LEAF_SIGNATURE] unable to verify the first certificate',
    retry: 'absent',
  },
  {
    what: 'shows another host’s certificate',
    start: () => secure(ca.issue({ names: ['other.example'], ips: [] })),
    url: https,
    settings: trusted,
    message: FAILED,
    serviceMessage:
      "[ERR_TLS_CERT_ALTNAME_INVALID] Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: ",
    retry: 'absent',
  },
  {
    what: 'resolves to a forbidden address',
    start: () => answering(head('200 OK', 'Content-Length: 0')),
    url: (port) => `http://localhost:${port}/`,
    settings: { 'patchbay.egress.denyPrivateNetworks': true },
    message: FAILED,
    serviceMessage:
      '[ERR_FORBIDDEN_ADDRESS] target hostname "localhost" leads into a private network, which the Patchbay config patchbay.egress.denyPrivateNetworks forbids',
    retry: 'absent',
  },
];

/** The certificates' authority, for the settings of the host. */
export const authority = ca;
