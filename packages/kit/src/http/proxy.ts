import type { TlsOptions } from './tls.ts';

/** The proxy that one call goes through. */
export interface ProxyOptions {
  /** http or https; credentials in it give way to the ones beside it. */
  url: string;
  user?: string | undefined;
  password?: string | undefined;
  /** How the proxy's own certificate is verified. Left out: as the configuration says. */
  verificationMode?: TlsOptions['verificationMode'];
}
