import { BadRequestError } from '@patchbay/engine/errors';
import type { z } from 'zod';

const PARTS: Record<string, string> = {
  body: 'body',
  querystring: 'query',
  params: 'params',
  headers: 'headers',
};

/** The 400 for a request that its route's schema refuses: `[request body.name]: <reason>`, for the first mistake. */
export function requestError(httpPart: string | undefined, error: z.ZodError): BadRequestError {
  const issue = innermost(error.issues[0]);
  if (issue === undefined) return new BadRequestError('Bad Request');
  const key = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = `request ${[PARTS[httpPart ?? ''] ?? httpPart, ...issue.path, ...key].join('.')}`;
  return new BadRequestError(`[${path}]: ${alternatives(path, issue) ?? reason(issue)}`, { cause: error });
}

/**
 * Why each of several alternatives does not fit, in the reference's form, for a rule that says so in `params.alternatives`: where below
 * the value, and why.
 */
function alternatives(path: string, issue: z.core.$ZodIssue): string | undefined {
  if (issue.code !== 'custom') return undefined;
  const { alternatives: given } = (issue.params ?? {}) as { alternatives?: Alternative[] };
  if (given === undefined) return undefined;
  const lines = given.map(([below, why], place) => `- [${path}.${place}.${below}]: ${why}`);
  return ['types that failed validation:', ...lines].join('\n');
}

export type Alternative = readonly [below: string | number, why: string];

/** Of alternatives none of which is met, the mistake in the one that the value comes nearest to. */
function innermost(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const depth = (issues: z.core.$ZodIssue[]) => Math.max(...issues.map(({ path }) => path.length));
  const [nearest = []] = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length);
  const inner = innermost(nearest[0]);
  return inner && { ...inner, path: [...issue.path, ...inner.path] };
}

function reason(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return `Additional properties are not allowed ('${issue.keys[0]}' was unexpected)`;
  }
  if (issue.code !== 'invalid_type') return issue.message;
  const got = typeName(issue.input);
  if (issue.expected === 'object') return `expected a plain object value, but found [${got}] instead.`;
  if (issue.expected !== 'record') return `expected value of type [${issue.expected}] but got [${got}]`;
  if (typeof issue.input === 'string') return 'could not parse record value from json input';
  return `expected value of type [object] but got [${got}]`;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'Array';
  return typeof value === 'object' ? 'Object' : typeof value;
}
