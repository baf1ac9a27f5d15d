import { z } from 'zod';
import { isNetwork } from '../../networks/index.ts';
import { duration } from '../units.ts';

/** Kinds of values that several settings take. */

const hostname = /^(?=.{1,253}$)(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/;
const ipv6 = /^\[[0-9a-fA-F:.]+\]$/;

/** A list, or in an environment variable JSON or parts with commas between. */
export const list = <T extends z.ZodType>(item: T, { min = 0 }: { min?: number } = {}) =>
  z.preprocess((value) => (typeof value === 'string' ? fromText(value) : value), z.array(item).min(min));

function fromText(value: string): unknown {
  if (value.trimStart().startsWith('[')) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const isHostname = (host: string) => hostname.test(host) || ipv6.test(host);

export const host = z.string().refine(isHostname, { message: 'expected a hostname' });

export const allowedHost = z.string().refine((value) => value === '*' || isHostname(value), {
  message: 'expected a hostname or "*"',
});

export const network = z
  .string()
  .refine(isNetwork, { message: 'expected an address, or a network such as 10.0.0.0/8' });

export const verificationMode = z.enum(['none', 'certificate', 'full']);

/** Users and roles by their names. */
export const audience = z.strictObject({
  users: z.array(z.string().min(1)).default([]),
  roles: z.array(z.string().min(1)).default([]),
});

/** A path, or several. */
export const paths = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

export const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });

export const rateLimit = z.strictObject({ lookbackWindow: duration, limit: z.int().min(1) });
