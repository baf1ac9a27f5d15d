import { z } from 'zod';
import type { TlsOptions } from '../../http/index.ts';

/** Fields that several auth types have. `sensitive` tells forms not to show the value. */

export const text = (title: string) => z.string().min(1).meta({ title });

export const secret = (title: string) => z.string().min(1).meta({ title, sensitive: true });

export const tokenUrl = z.url({ protocol: /^https?$/ }).meta({ title: 'Token URL' });

export const scope = z.string().optional().meta({ title: 'Scope' });

const verificationMode = z.enum(['none', 'certificate', 'full']).optional().meta({
  title: 'Verification mode',
  description: "How the service's certificate is checked: not, its chain, or chain and host name.",
});

/** For services whose certificate is a private authority's. */
export const trust = {
  caCert: z.string().optional().meta({
    title: 'Certificate authority (PEM)',
    description: "Trusted for this connector's calls, in place of the system's.",
    sensitive: true,
  }),
  verificationMode,
};

/** The same, as the certificate types have it. */
export const encodedTrust = {
  ca: z.string().optional().meta({
    title: 'Certificate authority (base64 of PEM)',
    description: "Trusted for this connector's calls, in place of the system's.",
  }),
  verificationMode,
};

export function trustOf({
  caCert,
  verificationMode,
}: {
  caCert?: string | undefined;
  verificationMode?: TlsOptions['verificationMode'];
}): TlsOptions {
  return { ca: caCert || undefined, verificationMode };
}
