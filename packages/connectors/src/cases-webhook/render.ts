import {
  type AllowedHosts,
  ensureAllowed,
  ensureUsableUrl,
  type IncidentComment,
  messageOf,
  normalizeUrl,
  renderConfigTemplate,
} from '@patchbay/kit';
import type { Incident } from './schema.ts';

/** What the templates of a config see. Values are JSON already, a text with its quotes; what is null is an empty text. */
export interface BodyVariables {
  case?: Record<string, string>;
  external?: { system: { id: string } };
}

export function caseVariables(incident: Incident): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incident).map(([name, value]) => {
      const empty = name === 'tags' ? [] : '';
      return [name, JSON.stringify(value ?? empty)];
    }),
  );
}

export function commentVariables({ comment }: IncidentComment): Record<string, string> {
  return { comment: JSON.stringify(comment) };
}

/** A body, which must be JSON once it is rendered; `what` names it in the error. */
export function renderBody(template: string, variables: BodyVariables, what: string): string {
  const body = renderConfigTemplate(template, { ...variables });
  try {
    JSON.parse(body);
  } catch (cause) {
    throw new Error(`JSON Error: ${what} JSON body must be valid JSON`, { cause });
  }
  return body.trim();
}

/** A URL in which what the other system gave cannot leave its place. */
export function renderUrl(
  template: string,
  system: { id: string; title?: string } | undefined,
  what: string,
  allowedHosts: AllowedHosts,
): string {
  const encoded = Object.fromEntries(
    Object.entries(system ?? {}).map(([name, value]) => [name, encodeURIComponent(value)]),
  );
  const url = renderConfigTemplate(template, { external: { system: encoded } });
  try {
    ensureUsableUrl(url);
    ensureAllowed(url, allowedHosts, 'error configuring connector action');
  } catch (cause) {
    throw new Error(`Invalid ${what} URL: Error: ${messageOf(cause)}`, { cause });
  }
  return normalizeUrl(url);
}
