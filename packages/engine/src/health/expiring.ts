import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** Something with an end that a connector needs. */
export interface Expiring {
  /** Where it is: `secrets.crt`, `settings.tls.certificate`, `token`. */
  what: string;
  kind: 'certificate' | 'token';
  expiresAt: string;
  /** Who a certificate is for; of a token nothing is told. */
  subject?: string;
}

/** A PEM or a PFX of more is no certificate of anybody. */
const LONGEST = 200_000;

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const JWT = /^[\w-]+\.([\w-]+)\.[\w-]+$/;

/**
 * All in a value that says when it ends: certificates in PEM and PKCS#12, and JSON Web Tokens. `passphrase` opens a PKCS#12.
 * What cannot be read is passed over: whether it is of use is not asked here.
 */
export function expiringIn(value: unknown, what: string, passphrase?: string): Expiring[] {
  if (typeof value === 'string') return value.length > LONGEST ? [] : expiringInText(value, what, passphrase);
  if (Array.isArray(value))
    return value.flatMap((item, index) => expiringIn(item, `${what}.${index}`, passphrase));
  if (value === null || typeof value !== 'object') return [];
  const own = passphraseIn(value) ?? passphrase;
  return Object.entries(value).flatMap(([name, item]) => expiringIn(item, `${what}.${name}`, own));
}

function expiringInText(text: string, what: string, passphrase: string | undefined): Expiring[] {
  const pems = decodedPem(text).match(PEM);
  if (pems !== null) return pems.flatMap((pem) => certificate(pem, what));
  const [, payload] = JWT.exec(text) ?? [];
  if (payload !== undefined) return token(payload, what);
  return /pfx$/i.test(what) ? pkcs12(text, what, passphrase) : [];
}

/** `.webhook` keeps its files in base64. */
function decodedPem(text: string): string {
  return text.startsWith('LS0tLS1CRUdJTi') ? Buffer.from(text, 'base64').toString('latin1') : text;
}

function certificate(of: string | Buffer, what: string): Expiring[] {
  try {
    const { validToDate, subject } = new X509Certificate(of);
    return [
      {
        what,
        kind: 'certificate',
        expiresAt: validToDate.toISOString(),
        subject: subject.replaceAll('\n', ', '),
      },
    ];
  } catch {
    return [];
  }
}

function token(payload: string, what: string): Expiring[] {
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return typeof exp === 'number'
      ? [{ what, kind: 'token', expiresAt: new Date(exp * 1000).toISOString() }]
      : [];
  } catch {
    return [];
  }
}

/** Node opens a PKCS#12 for its own use, and gives the certificate in it in DER. */
function pkcs12(base64: string, what: string, passphrase: string | undefined): Expiring[] {
  try {
    const { context } = createSecureContext({ pfx: Buffer.from(base64, 'base64'), passphrase });
    const der: unknown = context.getCertificate();
    return der instanceof Buffer ? certificate(der, what) : [];
  } catch {
    return [];
  }
}

function passphraseIn(value: object): string | undefined {
  const found = Object.entries(value).find(([name]) => /passphrase$/i.test(name) || name === 'password');
  return typeof found?.[1] === 'string' ? found[1] : undefined;
}
