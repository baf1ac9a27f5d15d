import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import {
  createSecureContext,
  type SecureContextOptions,
  type TlsOptions,
  Server as TlsServer,
} from 'node:tls';
import type { SettingKey, Settings } from '@patchbay/engine/config';
import { StartupError } from '@patchbay/engine/errors';
import type { Logger } from '@patchbay/kit';

/** How the port speaks TLS; undefined when it does not. Throws `StartupError`, which tells settings and no content. */
export function serverTls(settings: Settings): TlsOptions | undefined {
  if (!settings['server.ssl.enabled']) return undefined;
  const identity =
    settings['server.ssl.keystore.path'] === undefined ? pemIdentity(settings) : pkcs12Identity(settings);
  const authorities = [settings['server.ssl.certificateAuthorities'] ?? []].flat().map((path) => {
    const pem = read('server.ssl.certificateAuthorities', path);
    certificateOf('server.ssl.certificateAuthorities', pem);
    return pem;
  });
  const protocols = settings['server.ssl.supportedProtocols'];
  const clients = settings['server.ssl.clientAuthentication'];
  return {
    ...identity,
    ...(authorities.length > 0 && { ca: authorities }),
    ...ciphers(settings),
    minVersion: protocols.includes('TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: protocols.includes('TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
    requestCert: clients !== 'none',
    rejectUnauthorized: clients === 'required',
  };
}

/** Connections to come are made with what the files hold now; if that is no good, with what they held before. */
export function reloadTls(server: Server, settings: Settings, log: Logger): void {
  if (!(server instanceof TlsServer)) return;
  try {
    const tls = serverTls(settings);
    if (tls !== undefined) server.setSecureContext(tls);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    log.error(`${error.message} The certificate of before stays in use.`);
  }
}

function pemIdentity(settings: Settings): SecureContextOptions {
  // The configuration's own rules see to it that both are there.
  const cert = read('server.ssl.certificate', settings['server.ssl.certificate'] ?? '');
  const certificate = certificateOf('server.ssl.certificate', cert);
  const key = read('server.ssl.key', settings['server.ssl.key'] ?? '');
  const passphrase = settings['server.ssl.keyPassphrase'];
  if (!certificate.checkPrivateKey(privateKey(key, passphrase))) {
    throw new StartupError('server.ssl.key: is not the key of the certificate in server.ssl.certificate.');
  }
  return { cert, key, ...(passphrase !== undefined && { passphrase }) };
}

function privateKey(key: Buffer, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) });
  } catch {
    // Not passed on as the cause: what OpenSSL says may quote what it read.
    throw new StartupError('server.ssl.key: not a PEM key that server.ssl.keyPassphrase opens.');
  }
}

function pkcs12Identity(settings: Settings): SecureContextOptions {
  const pfx = read('server.ssl.keystore.path', settings['server.ssl.keystore.path'] ?? '');
  const identity = { pfx, passphrase: settings['server.ssl.keystore.password'] ?? '' };
  try {
    createSecureContext(identity);
  } catch {
    throw new StartupError(
      'server.ssl.keystore.path: not a PKCS#12 file that server.ssl.keystore.password opens.',
    );
  }
  return identity;
}

function ciphers(settings: Settings): SecureContextOptions {
  const suites = settings['server.ssl.cipherSuites'];
  if (suites === undefined) return {};
  const options = { ciphers: suites.join(':') };
  try {
    createSecureContext(options);
  } catch {
    throw new StartupError('server.ssl.cipherSuites: holds no cipher suite that is known here.');
  }
  return options;
}

function certificateOf(setting: SettingKey, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new StartupError(`${setting}: not a PEM certificate.`);
  }
}

function read(setting: SettingKey, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(`${setting}: cannot read the file (${code}).`, { cause });
  }
}
