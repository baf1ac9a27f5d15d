import type { Case } from './case.ts';

/** How a case becomes the incident of a connector type that cases are pushed by. */
export interface CaseIncident {
  /** The incident's fields that these become. */
  title: string;
  description: string;
  comments: string;
  tags?: string;
  /** More of the incident, from the case and what it keeps for its connector. */
  fields?(theCase: Case, ofConnector: Readonly<Record<string, unknown>>): Record<string, unknown>;
}
