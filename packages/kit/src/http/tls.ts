/**
 * How a connection is encrypted and to whom it is shown. `full` verifies chain and host name, `certificate` the chain
 * only, `none` nothing. Certificates and keys are PEM text or bytes; `ca` takes the place of the system's roots.
 */
export interface TlsOptions {
  verificationMode?: 'none' | 'certificate' | 'full' | undefined;
  ca?: string | Uint8Array | undefined;
  cert?: string | Uint8Array | undefined;
  key?: string | Uint8Array | undefined;
  /** PKCS#12. */
  pfx?: Uint8Array | undefined;
  /** Of `key` or `pfx`. */
  passphrase?: string | undefined;
}
