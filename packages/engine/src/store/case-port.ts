import type {
  Case,
  CaseConfiguration,
  CaseOwner,
  CaseRecord,
  CaseSeverity,
  CaseStatus,
  CaseUser,
  NewAttachment,
} from '@patchbay/kit';

/** A case as it is kept. Its id is unique over all spaces. */
export interface StoredCase extends Omit<Case, 'version'> {
  spaceId: string;
  /** Starts at 1, one more with each update. */
  version: number;
}

export interface StoredAttachment {
  id: string;
  caseId: string;
  version: number;
  /** Among those that were made at the same moment. */
  ordinal: number;
  attachment: NewAttachment;
  createdAt: string;
  createdBy: CaseUser;
  updatedAt: string | null;
  updatedBy: CaseUser | null;
  pushedAt: string | null;
  pushedBy: CaseUser | null;
}

/** One thing that somebody did to a case. Never changed. */
export interface CaseActivity {
  id: string;
  caseId: string;
  ordinal: number;
  owner: CaseOwner;
  /** What of the case: `title`, `status`, `comment`, ... */
  type: string;
  action: 'create' | 'add' | 'update' | 'delete' | 'push_to_service';
  payload: Record<string, unknown>;
  commentId: string | null;
  createdAt: string;
  createdBy: CaseUser;
}

export interface StoredCaseConfiguration extends CaseConfiguration {
  id: string;
  spaceId: string;
  version: number;
  createdAt: string;
  createdBy: CaseUser;
  updatedAt: string | null;
  updatedBy: CaseUser | null;
}

export interface StoredCaseRule extends CaseRecord {
  spaceId: string;
  version: number;
}

/** What is done at once, or not at all. Deletions of attachments come before all else. */
export interface CaseChanges {
  /** Their `incrementalId` is given by the store. */
  create?: readonly StoredCase[];
  /** Each replaces the one that still has its `version`, and gets one more. */
  update?: readonly StoredCase[];
  attach?: readonly StoredAttachment[];
  updateAttachments?: readonly StoredAttachment[];
  /** Ids. */
  detach?: readonly string[];
  activity?: readonly CaseActivity[];
}

export interface CaseQuery {
  spaceId: string;
  owners: readonly CaseOwner[];
  /** Each list: any of these; left out or empty: any at all. */
  statuses?: readonly CaseStatus[];
  severities?: readonly CaseSeverity[];
  tags?: readonly string[];
  categories?: readonly string[];
  /** Usernames or profile uids. */
  reporters?: readonly string[];
  /** Profile uids; null: nobody. */
  assignees?: readonly (string | null)[];
  createdFrom?: string | undefined;
  createdTo?: string | undefined;
  search?: CaseSearch | undefined;
  sort: { field: CaseSortField; order: 'asc' | 'desc' };
  offset: number;
  limit: number;
}

export type CaseSortField =
  | 'title'
  | 'category'
  | 'createdAt'
  | 'updatedAt'
  | 'closedAt'
  | 'status'
  | 'severity';

export interface CaseSearch {
  words: readonly string[];
  /** Whether a case must have all of them. */
  needsAll: boolean;
  fields: readonly ('title' | 'description' | 'incrementalId')[];
}

export interface FoundCases {
  cases: StoredCase[];
  total: number;
  /** Of those that match apart from their status. */
  byStatus: Record<CaseStatus, number>;
}

export interface AttachmentQuery {
  caseId: string;
  types?: readonly NewAttachment['type'][];
  order?: 'asc' | 'desc';
  offset?: number;
  limit?: number;
}

export interface ActivityQuery {
  caseId: string;
  types?: readonly string[];
  order?: 'asc' | 'desc';
  offset?: number;
  limit?: number;
}

export interface AttachedAlert {
  id: string;
  index: string;
  attachedAt: string;
}

/** Cases with all that belongs to them, which goes with them; they go with their space. */
export interface CaseStore {
  get(spaceId: string, ids: readonly string[]): Promise<StoredCase[]>;
  find(query: CaseQuery): Promise<FoundCases>;
  /** Never within a transaction. undefined: done. Otherwise nothing was, because of these: ids that are taken, things that have changed or are gone. */
  commit(spaceId: string, changes: CaseChanges): Promise<readonly string[] | undefined>;
  delete(spaceId: string, ids: readonly string[]): Promise<void>;
  /** Sorted. */
  tags(spaceId: string, owners: readonly CaseOwner[]): Promise<string[]>;
  reporters(spaceId: string, owners: readonly CaseOwner[]): Promise<CaseUser[]>;

  attachments(query: AttachmentQuery): Promise<{ attachments: StoredAttachment[]; total: number }>;
  getAttachments(caseId: string, ids: readonly string[]): Promise<StoredAttachment[]>;
  alerts(caseId: string): Promise<AttachedAlert[]>;
  /** Which of these the case has. */
  attachedAlerts(caseId: string, alertIds: readonly string[]): Promise<Set<string>>;
  casesOfAlert(spaceId: string, alertId: string, owners: readonly CaseOwner[]): Promise<StoredCase[]>;
  activity(query: ActivityQuery): Promise<{ activity: CaseActivity[]; total: number }>;

  configurations(spaceId: string, owners: readonly CaseOwner[]): Promise<StoredCaseConfiguration[]>;
  getConfiguration(spaceId: string, id: string): Promise<StoredCaseConfiguration | undefined>;
  /** In the place of the one that its owner has in this space, if there is one. */
  putConfiguration(configuration: StoredCaseConfiguration): Promise<void>;
  /** Replaces the one that still has its `version`; false otherwise. */
  updateConfiguration(configuration: StoredCaseConfiguration): Promise<boolean>;

  rules(spaceId: string, ids: readonly string[]): Promise<StoredCaseRule[]>;
  /** Those whose id is free; false where one is taken. */
  createRules(rules: readonly StoredCaseRule[]): Promise<boolean>;
  /** Replaces the one that still has its `version`; false otherwise. */
  updateRule(rule: StoredCaseRule): Promise<boolean>;
}
