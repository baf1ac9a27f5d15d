import type { CaseOwner } from './case.ts';

export interface UserComment {
  type: 'user';
  comment: string;
  owner: CaseOwner;
}

/** Alerts by id, each with the index at the same place; one may stand outside of a list. */
export interface AttachedAlerts {
  type: 'alert';
  alertId: string | string[];
  index: string | string[];
  rule: { id: string | null; name: string | null };
  owner: CaseOwner;
}

/** What was done to machines. */
export interface ActionsComment {
  type: 'actions';
  comment: string;
  actions: { targets: { hostname: string; endpointId: string }[]; type: string };
  owner: CaseOwner;
}

export type NewAttachment = UserComment | AttachedAlerts | ActionsComment;
