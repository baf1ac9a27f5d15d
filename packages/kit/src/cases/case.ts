/** The parts of a system that cases belong to. */
export const CASE_OWNERS = ['cases', 'observability', 'securitySolution'] as const;
export type CaseOwner = (typeof CASE_OWNERS)[number];

/** In the order in which they sort. */
export const CASE_STATUSES = ['open', 'in-progress', 'closed'] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

/** In the order in which they sort. */
export const CASE_SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type CaseSeverity = (typeof CASE_SEVERITIES)[number];

export interface CaseUser {
  username: string;
  fullName: string | null;
  email: string | null;
  /** Left out: the user is gone. */
  profileUid?: string;
}

/** Where a case is pushed to, with what its connector's type wants of it. */
export interface CaseConnector {
  id: string;
  name: string;
  type: string;
  fields: Record<string, unknown> | null;
}

export const NO_CASE_CONNECTOR: CaseConnector = { id: 'none', name: 'none', type: '.none', fields: null };

export interface CaseSettings {
  /** Whether attached alerts follow the case's status. */
  syncAlerts: boolean;
  extractObservables?: boolean | undefined;
}

export type CustomFieldType = 'text' | 'toggle' | 'number';

export interface CaseCustomField {
  key: string;
  type: CustomFieldType;
  value: string | boolean | number | null;
}

/** What a case is made of. */
export interface CaseFields {
  title: string;
  description: string;
  tags: string[];
  connector: CaseConnector;
  settings: CaseSettings;
  assignees: { uid: string }[];
  severity: CaseSeverity;
  category: string | null;
  customFields: CaseCustomField[];
}

export interface NewCase
  extends Pick<CaseFields, 'title' | 'description' | 'tags' | 'connector' | 'settings'>,
    Partial<Pick<CaseFields, 'assignees' | 'severity' | 'category' | 'customFields'>> {
  owner: CaseOwner;
}

export interface CaseChange extends Partial<CaseFields> {
  id: string;
  /** The one that the change is made to. */
  version: string;
  status?: CaseStatus | undefined;
}

/** The incident that a case was pushed as. */
export interface ExternalService {
  connectorId: string;
  connectorName: string;
  externalId: string;
  externalTitle: string;
  externalUrl: string;
  pushedAt: string;
  pushedBy: CaseUser;
}

/** Times are ISO 8601 text, spans are seconds. */
export interface Case extends CaseFields {
  id: string;
  version: string;
  /** Counts the cases of a space. */
  incrementalId: number;
  owner: CaseOwner;
  status: CaseStatus;
  createdAt: string;
  createdBy: CaseUser;
  updatedAt: string | null;
  updatedBy: CaseUser | null;
  closedAt: string | null;
  closedBy: CaseUser | null;
  inProgressAt: string | null;
  externalService: ExternalService | null;
  /** Of comments of users. */
  totalComment: number;
  totalAlerts: number;
}
