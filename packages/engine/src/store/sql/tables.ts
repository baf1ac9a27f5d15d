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
    version: number;
    created_at: string;
    updated_at: string;
  };
  connector_settings: { connector_id: string; settings: string; secrets: string };
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
    metadata: string;
    created_at: string;
    expires_at: string | null;
    invalidated_at: string | null;
  };
  events: {
    seq: number;
    timestamp: string;
    action: string;
    space_id: string;
    connector_id: string;
    execution_uuid: string;
    outcome: string | null;
    document: string;
  };
}
