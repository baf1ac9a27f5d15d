import { readFileSync } from 'node:fs';
import { messageOf, type SmtpConnection, type TlsOptions } from '@patchbay/kit';
import type { Settings } from '../config/index.ts';

/** What `xpack.actions.customHostSettings` says of one host and port. */
export interface HostSettings {
  tls: TlsOptions;
  /** Of mail servers; undefined: it is not said. */
  startTls: SmtpConnection['startTls'] | undefined;
  connectTimeoutMs: number | undefined;
  responseTimeoutMs: number | undefined;
}

type Entry = NonNullable<Settings['xpack.actions.customHostSettings']>[number];

const DEFAULT_PORTS: Record<string, string> = { 'https:': '443', 'http:': '80', 'smtp:': '25' };

/** `protocol//hostname:port`, the form in which hosts are looked up; undefined when there is no port to be had. */
export function canonicalHost({ protocol, hostname, port }: URL): string | undefined {
  const known = port || DEFAULT_PORTS[protocol];
  return known === undefined || hostname === '' ? undefined : `${protocol}//${hostname}:${known}`;
}

/** Host settings by canonical host. What cannot be used is warned about, never a reason not to start. */
export function readHostSettings(
  entries: readonly Entry[],
  warn: (message: string) => void,
): Map<string, HostSettings> {
  const hosts = new Map<string, HostSettings>();
  for (const entry of entries) {
    const canonical = canonicalUrl(entry, (message) =>
      warn(`In configuration xpack.actions.customHosts, ${message}`),
    );
    if (canonical === undefined) continue;
    if (hosts.has(canonical)) {
      warn(
        `In configuration xpack.actions.customHosts, multiple URLs match the canonical url "${canonical}"; only the first will be used`,
      );
      continue;
    }
    hosts.set(canonical, {
      tls: canonical.startsWith('smtp:') ? mailHostTls(entry, warn) : hostTls(entry, warn),
      startTls: canonical.startsWith('smtp:') ? startTlsOf(entry) : undefined,
      connectTimeoutMs: entry.connectTimeout,
      responseTimeoutMs: entry.responseTimeout,
    });
  }
  return hosts;
}

function canonicalUrl(entry: Entry, warn: (message: string) => void): string | undefined {
  const url = URL.parse(entry.url);
  if (url === null) {
    warn('invalid URL, ignoring');
    return undefined;
  }
  const shown = `"${url.protocol}//${url.host}"`;
  const hasTimeout = entry.connectTimeout !== undefined || entry.responseTimeout !== undefined;
  // An http host has no TLS to settle: it is of use for its time-outs only.
  const isSupported =
    url.protocol === 'https:' || url.protocol === 'smtp:' || (url.protocol === 'http:' && hasTimeout);
  if (!isSupported) {
    warn(`unsupported protocol used in URL ${shown}, ignoring`);
    return undefined;
  }
  const canonical = canonicalHost(url);
  if (canonical === undefined) {
    warn(`unable to determine port for URL ${shown}, ignoring`);
    return undefined;
  }
  if (url.username !== '' || url.password !== '')
    warn(`URL ${shown} contains authentication information which will be ignored, but should be removed`);
  if (url.hash !== '') warn(`URL ${shown} contains hash information which will be ignored`);
  if (url.pathname !== '' && url.pathname !== '/')
    warn(`URL ${shown} contains path information which will be ignored`);
  if (url.protocol !== 'smtp:' && entry.smtp !== undefined)
    warn(`URL ${shown} contains smtp properties but does not use smtp; ignoring smtp properties`);
  if (entry.smtp?.requireTLS === true && entry.smtp.ignoreTLS === true) {
    warn(`URL ${shown} cannot have both requireTLS and ignoreTLS set to true; using requireTLS`);
  }
  return canonical;
}

/** Unlike a web host's, a mail server's certificate is verified in full as soon as anything but time-outs is said of it. */
function mailHostTls(entry: Entry, warn: (message: string) => void): TlsOptions {
  return entry.ssl === undefined && entry.smtp !== undefined
    ? { verificationMode: 'full' }
    : hostTls(entry, warn);
}

function startTlsOf({ smtp }: Entry): HostSettings['startTls'] {
  if (smtp?.requireTLS === true) return 'always';
  return smtp?.ignoreTLS === true ? 'never' : undefined;
}

function hostTls({ ssl }: Entry, warn: (message: string) => void): TlsOptions {
  if (ssl === undefined) return {};
  const { certificateAuthoritiesFiles: files = [], certificateAuthoritiesData: data } = ssl;
  const texts = data === undefined ? [] : [data];
  for (const file of typeof files === 'string' ? [files] : files) {
    try {
      texts.push(readFileSync(file, 'utf8'));
    } catch (error) {
      warn(
        `error reading file "${file}" specified in xpack.actions.customHosts, ignoring: ${messageOf(error)}`,
      );
    }
  }
  return {
    verificationMode: ssl.verificationMode ?? 'full',
    ca: texts.length === 0 ? undefined : texts.join('\n'),
  };
}
