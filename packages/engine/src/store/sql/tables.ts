import type { Generated } from 'kysely';
import type { DeliveryRow } from './delivery-row.ts';

/** The tables as they are on disk: JSON is text, booleans are 0 and 1. */
export interface Tables {
  meta: { name: string; value: string };
  spaces: { id: string; reserved: number; attributes: string };
  connectors: {
    id: string;
    space_id: string;
    type_id: string;
    name: string;
    config: string;
    secrets: string;
    is_missing_secrets: number;
    auth_mode: string;
    origin_id: string | null;
    /** JSON. */
    refs: string;
    version: number;
    created_at: string;
    updated_at: string;
  };
  connector_settings: { connector_id: string; settings: string; secrets: string };
  connector_access: { connector_id: string; owner: string | null; rules: string };
  connector_tokens: {
    id: string;
    connector_id: string;
    /** Empty: everybody's. */
    profile_uid: string;
    secrets: string;
    expires_at: string | null;
    refresh_token_expires_at: string | null;
    created_at: string;
    updated_at: string;
  };
  oauth_states: {
    id: string;
    connector_id: string;
    space_id: string;
    created_by: string;
    return_url: string | null;
    secrets: string;
    created_at: string;
    expires_at: string;
  };
  object_references: {
    space_id: string;
    source_type: string;
    source_id: string;
    target_type: string;
    target_id: string;
  };
  users: {
    username: string;
    password_hash: string;
    roles: string;
    full_name: string | null;
    email: string | null;
    enabled: number;
    profile_uid: string;
  };
  roles: { name: string; body: string };
  api_keys: {
    id: string;
    name: string;
    username: string;
    key_hash: string;
    privileges: string;
    descriptors: string;
    metadata: string;
    created_at: string;
    expires_at: string | null;
    invalidated_at: string | null;
  };
  sessions: {
    id: string;
    username: string;
    password_mark: string;
    provider: string;
    created_at: string;
    expires_at: string | null;
    idle_expires_at: string | null;
  };
  events: {
    seq: Generated<number>;
    timestamp: string;
    action: string;
    space_id: string;
    connector_id: string;
    execution_uuid: string;
    outcome: string | null;
    document: string;
    type_id: string;
    source: string;
    duration_ms: number | null;
    delivery_id: string | null;
    attempt: number | null;
  };
  cases: {
    id: string;
    space_id: string;
    owner: string;
    /** Places in the lists of statuses and severities: they sort by them. */
    status: number;
    severity: number;
    category: string | null;
    title: string;
    /** In lower case, for the search. */
    title_folded: string;
    description_folded: string;
    /** JSON. */
    reporter: string;
    incremental_id: number;
    version: number;
    created_at: string;
    updated_at: string | null;
    closed_at: string | null;
    document: string;
  };
  /** What a case is found by of which it has several. */
  case_terms: { case_id: string; kind: string; value: string };
  case_counters: { space_id: string; last: number };
  case_attachments: {
    id: string;
    case_id: string;
    type: string;
    ordinal: number;
    version: number;
    created_at: string;
    document: string;
  };
  case_alerts: {
    case_id: string;
    alert_id: string;
    alert_index: string;
    attachment_id: string;
    attached_at: string;
  };
  case_activity: {
    id: string;
    case_id: string;
    type: string;
    ordinal: number;
    created_at: string;
    document: string;
  };
  case_configurations: { id: string; space_id: string; owner: string; version: number; document: string };
  case_rules: { id: string; space_id: string; version: number; document: string };
  deliveries: Omit<DeliveryRow, 'seq'> & { seq: Generated<number> };
  /** Ciphertext, and a row only as long as it is kept. */
  delivery_params: { id: string; secrets: string };
  delivery_workers: { id: string; alive_until: string };
  /** How many deliveries are queued is the sum of the rows. */
  delivery_queue: { shard: number; pending: number };
  delivery_lanes: {
    connector_id: string;
    state: string;
    since: string;
    until_at: string | null;
    failures: number;
    failing_since: string | null;
    cooldown_ms: number;
    paused_until: string | null;
  };
  delivery_troubles: { connector_id: string; kind: string; since: string };
  delivery_buckets: { key: string; tokens: number; refilled_at: number };
}
