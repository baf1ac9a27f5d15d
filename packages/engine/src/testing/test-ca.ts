import { generateKeyPairSync, randomBytes } from 'node:crypto';
import forge from 'node-forge';

export interface CertificateFacts {
  /** DNS names; default `localhost`. */
  names?: string[];
  /** IP addresses; default `127.0.0.1`. */
  ips?: string[];
  isExpired?: boolean;
  /** Signed by itself instead of the authority. */
  isSelfSigned?: boolean;
  commonName?: string;
}

/** PEM texts, and both as PKCS#12 under a passphrase. */
export interface Certificate {
  cert: string;
  key: string;
  toPfx(passphrase: string): Buffer;
  /** The key alone, encrypted. */
  toEncryptedKey(passphrase: string): string;
}

/** A private certificate authority. */
export interface TestCa {
  cert: string;
  issue(facts?: CertificateFacts): Certificate;
}

const DAY_MS = 86_400_000;

export function testCa(name = 'Patchbay test CA'): TestCa {
  const keys = newKeys();
  const authority = newCertificate(keys.publicKey, name, false);
  authority.setIssuer(authority.subject.attributes);
  authority.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ]);
  authority.sign(keys.privateKey, forge.md.sha256.create());
  return {
    cert: forge.pki.certificateToPem(authority),
    issue(facts = {}) {
      const { names = ['localhost'], ips = ['127.0.0.1'], isExpired = false, isSelfSigned = false } = facts;
      const own = newKeys();
      const certificate = newCertificate(own.publicKey, facts.commonName ?? names[0] ?? 'test', isExpired);
      certificate.setIssuer(isSelfSigned ? certificate.subject.attributes : authority.subject.attributes);
      certificate.setExtensions([
        { name: 'basicConstraints', cA: false },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        {
          name: 'subjectAltName',
          altNames: [...names.map((value) => ({ type: 2, value })), ...ips.map((ip) => ({ type: 7, ip }))],
        },
      ]);
      certificate.sign(isSelfSigned ? own.privateKey : keys.privateKey, forge.md.sha256.create());
      return {
        cert: forge.pki.certificateToPem(certificate),
        key: own.pem,
        toPfx: (passphrase) => {
          const container = forge.pkcs12.toPkcs12Asn1(own.privateKey, [certificate, authority], passphrase, {
            algorithm: '3des',
          });
          return Buffer.from(forge.asn1.toDer(container).getBytes(), 'binary');
        },
        toEncryptedKey: (passphrase) =>
          forge.pki.encryptRsaPrivateKey(own.privateKey, passphrase, { algorithm: 'aes256' }),
      };
    },
  };
}

/** Made by Node, which is many times faster at it. */
function newKeys() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const key = forge.pki.privateKeyFromPem(pem);
  return { pem, privateKey: key, publicKey: forge.pki.rsa.setPublicKey(key.n, key.e) };
}

function newCertificate(publicKey: forge.pki.rsa.PublicKey, commonName: string, isExpired: boolean) {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  certificate.setSubject([{ name: 'commonName', value: commonName }]);
  certificate.validity.notBefore = new Date(Date.now() - 30 * DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + (isExpired ? -1 : 30) * DAY_MS);
  return certificate;
}
