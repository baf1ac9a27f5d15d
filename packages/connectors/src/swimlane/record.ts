import type { Config, Incident } from './schema.ts';

type Mappings = Config['mappings'];

/** Whose value a mapping is about. Comments are sent on their own. */
const VALUES: Record<Exclude<keyof Mappings, 'commentsConfig'>, keyof Incident> = {
  ruleNameConfig: 'ruleName',
  alertIdConfig: 'alertId',
  caseIdConfig: 'caseId',
  caseNameConfig: 'caseName',
  severityConfig: 'severity',
  descriptionConfig: 'description',
};

/** A record's values by the ids of the application's fields, in the order of the mappings; empty ones are left out. */
export function recordValues(mappings: Mappings, incident: Incident): Record<string, string | number> {
  const values: Record<string, string | number> = {};
  for (const [name, mapping] of Object.entries(mappings)) {
    if (mapping === null || name === 'commentsConfig') continue;
    const value = incident[VALUES[name as keyof typeof VALUES]];
    if (value) values[mapping.id] = mapping.fieldType === 'numeric' ? numberOr0(value) : value;
  }
  return values;
}

function numberOr0(text: string): number {
  const number = Number(text);
  return Number.isNaN(number) ? 0 : number;
}
