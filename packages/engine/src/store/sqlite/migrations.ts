/**
 * The schema, forward only. Migration n takes a database from version n to n + 1; a migration that was ever
 * released is never changed.
 */
export const migrations: readonly string[] = [
  `
  create table meta (name text primary key, value text not null) strict, without rowid;

  create table spaces (
    id text primary key,
    reserved integer not null,
    attributes text not null
  ) strict, without rowid;

  create table connectors (
    id text primary key,
    space_id text not null references spaces (id) on delete cascade,
    type_id text not null,
    name text not null,
    config text not null,
    secrets text not null,
    is_missing_secrets integer not null,
    version integer not null,
    created_at text not null,
    updated_at text not null
  ) strict, without rowid;
  create index connectors_by_space on connectors (space_id);

  create table object_references (
    space_id text not null references spaces (id) on delete cascade,
    source_type text not null,
    source_id text not null,
    target_type text not null,
    target_id text not null,
    primary key (source_type, source_id, target_type, target_id)
  ) strict, without rowid;
  create index object_references_by_target on object_references (space_id, target_type, target_id);

  create table users (
    username text primary key,
    password_hash text not null,
    roles text not null,
    full_name text,
    email text,
    enabled integer not null,
    profile_uid text not null
  ) strict, without rowid;

  create table roles (name text primary key, body text not null) strict, without rowid;

  create table api_keys (
    id text primary key,
    name text not null,
    username text not null,
    key_hash text not null,
    privileges text not null,
    metadata text not null,
    created_at text not null,
    expires_at text,
    invalidated_at text
  ) strict, without rowid;

  create table events (
    seq integer primary key,
    timestamp text not null,
    action text not null,
    space_id text not null,
    connector_id text not null,
    execution_uuid text not null,
    outcome text,
    document text not null
  ) strict;
  create index events_by_connector on events (connector_id);
  `,
  `
  create table connector_settings (
    connector_id text primary key references connectors (id) on delete cascade,
    settings text not null,
    secrets text not null
  ) strict, without rowid;
  `,
  `
  create table connector_tokens (
    connector_id text primary key references connectors (id) on delete cascade,
    token text not null,
    expires_at text,
    updated_at text not null
  ) strict, without rowid;
  create trigger connector_tokens_of_updated_connectors after update of version on connectors
  begin
    delete from connector_tokens where connector_id = new.id;
  end;
  `,
  // Tokens are asked for anew: those of before had nothing that a user had to consent to.
  `
  alter table connectors add column auth_mode text not null default 'shared';
  drop trigger connector_tokens_of_updated_connectors;
  drop table connector_tokens;

  create table connector_tokens (
    id text primary key,
    connector_id text not null references connectors (id) on delete cascade,
    profile_uid text not null,
    secrets text not null,
    expires_at text,
    refresh_token_expires_at text,
    created_at text not null,
    updated_at text not null,
    unique (connector_id, profile_uid)
  ) strict, without rowid;
  create index connector_tokens_by_user on connector_tokens (profile_uid);

  create table oauth_states (
    id text primary key,
    connector_id text not null references connectors (id) on delete cascade,
    space_id text not null,
    created_by text not null,
    return_url text,
    secrets text not null,
    created_at text not null,
    expires_at text not null
  ) strict, without rowid;
  create index oauth_states_by_connector on oauth_states (connector_id);
  create index oauth_states_by_expiry on oauth_states (expires_at);

  create trigger authorizations_of_updated_connectors after update of version on connectors
  begin
    delete from connector_tokens where connector_id = new.id;
    delete from oauth_states where connector_id = new.id;
  end;
  `,
  `
  create table cases (
    id text primary key,
    space_id text not null references spaces (id) on delete cascade,
    owner text not null,
    status integer not null,
    severity integer not null,
    category text,
    title text not null,
    title_folded text not null,
    description_folded text not null,
    reporter text not null,
    incremental_id integer not null,
    version integer not null,
    created_at text not null,
    updated_at text,
    closed_at text,
    document text not null
  ) strict, without rowid;
  create index cases_by_space on cases (space_id, created_at);

  create table case_terms (
    case_id text not null references cases (id) on delete cascade,
    kind text not null,
    value text not null,
    primary key (case_id, kind, value)
  ) strict, without rowid;
  create index case_terms_by_value on case_terms (kind, value);

  create table case_counters (
    space_id text primary key references spaces (id) on delete cascade,
    last integer not null
  ) strict, without rowid;

  create table case_attachments (
    id text primary key,
    case_id text not null references cases (id) on delete cascade,
    type text not null,
    ordinal integer not null,
    version integer not null,
    created_at text not null,
    document text not null
  ) strict, without rowid;
  create index case_attachments_by_case on case_attachments (case_id, created_at, ordinal);

  create table case_alerts (
    case_id text not null references cases (id) on delete cascade,
    alert_id text not null,
    alert_index text not null,
    attachment_id text not null references case_attachments (id) on delete cascade,
    attached_at text not null,
    primary key (case_id, alert_id)
  ) strict, without rowid;
  create index case_alerts_by_alert on case_alerts (alert_id);
  create index case_alerts_by_attachment on case_alerts (attachment_id);

  create table case_activity (
    id text primary key,
    case_id text not null references cases (id) on delete cascade,
    type text not null,
    ordinal integer not null,
    created_at text not null,
    document text not null
  ) strict, without rowid;
  create index case_activity_by_case on case_activity (case_id, created_at, ordinal);

  create table case_configurations (
    id text primary key,
    space_id text not null references spaces (id) on delete cascade,
    owner text not null,
    version integer not null,
    document text not null,
    unique (space_id, owner)
  ) strict, without rowid;

  create table case_rules (
    id text primary key,
    space_id text not null references spaces (id) on delete cascade,
    version integer not null,
    document text not null
  ) strict, without rowid;
  create index case_rules_by_space on case_rules (space_id);
  `,
  `
  create table deliveries (
    seq integer primary key,
    id text not null unique,
    space_id text not null,
    connector_id text not null,
    type_id text not null,
    state text not null,
    order_key text,
    idempotency_key text,
    source text not null,
    origin text,
    run_at text not null,
    due_at text not null,
    attempt integer not null,
    uncounted integer not null,
    round_at text not null,
    worker text,
    started_at text,
    attempts text not null,
    reason text,
    created_at text not null,
    updated_at text not null,
    ended_at text
  ) strict;
  create index deliveries_due on deliveries (connector_id, due_at, seq) where state = 'ready';
  create index deliveries_running on deliveries (worker) where state = 'running';
  create index deliveries_dead on deliveries (seq) where state = 'dead';
  create index deliveries_in_order on deliveries (connector_id, order_key, seq)
    where order_key is not null and state in ('blocked', 'ready', 'running');
  create unique index deliveries_by_key on deliveries (space_id, idempotency_key) where idempotency_key is not null;
  create index deliveries_by_connector on deliveries (connector_id, seq);
  create index deliveries_ended on deliveries (ended_at) where ended_at is not null;

  create table delivery_params (id text primary key, secrets text not null) strict;
  create table delivery_workers (id text primary key, alive_until text not null) strict, without rowid;
  create table delivery_queue (shard integer primary key, pending integer not null) strict;
  insert into delivery_queue (shard, pending) values (0, 0);
  `,
  // On PostgreSQL: what tells other processes of changes. Here there are none.
  '',
  `
  create table delivery_lanes (
    connector_id text primary key,
    state text not null,
    since text not null,
    until_at text,
    failures integer not null,
    failing_since text,
    cooldown_ms integer not null,
    paused_until text
  ) strict, without rowid;
  create table delivery_buckets (key text primary key, tokens real not null, refilled_at integer not null) strict, without rowid;

  create trigger lanes_of_deleted_connectors after delete on connectors
  begin
    delete from delivery_lanes where connector_id = old.id;
    delete from delivery_buckets where key = 'connector ' || old.id;
  end;
  `,
  `
  create table delivery_troubles (
    connector_id text primary key,
    kind text not null,
    since text not null
  ) strict, without rowid;

  create trigger troubles_of_changed_settings after update of settings on connector_settings
  begin
    delete from delivery_troubles where connector_id = old.connector_id;
  end;
  create trigger troubles_of_deleted_settings after delete on connector_settings
  begin
    delete from delivery_troubles where connector_id = old.connector_id;
  end;
  `,
  `
  alter table events add column type_id text not null default '';
  alter table events add column source text not null default '';
  alter table events add column duration_ms integer;
  alter table events add column delivery_id text;
  alter table events add column attempt integer;
  update events set
    type_id = coalesce(json_extract(document, '$.kibana.action.type_id'), ''),
    source = coalesce(json_extract(document, '$.kibana.action.execution.source'), ''),
    duration_ms = cast(json_extract(document, '$.event.duration') as integer) / 1000000,
    delivery_id = json_extract(document, '$.kibana.patchbay.delivery.id'),
    attempt = json_extract(document, '$.kibana.patchbay.delivery.attempt');
  drop index events_by_connector;
  create index events_by_connector
    on events (connector_id, timestamp, action, space_id, outcome, attempt, duration_ms);
  create index events_by_space
    on events (space_id, timestamp, action, connector_id, outcome, attempt, duration_ms);
  create index events_by_execution on events (execution_uuid);
  `,
  `
  create table connector_access (
    connector_id text primary key references connectors (id) on delete cascade,
    owner text,
    rules text not null
  ) strict, without rowid;
  `,
  `
  alter table api_keys add column descriptors text not null default '{}';
  create index api_keys_by_user on api_keys (username);
  `,
  `
  alter table connectors add column origin_id text;
  alter table connectors add column refs text not null default '[]';
  `,
  'alter table deliveries add column trace text;',
  `
  create table sessions (
    id text primary key,
    username text not null references users (username) on delete cascade,
    password_mark text not null,
    provider text not null,
    created_at text not null,
    expires_at text,
    idle_expires_at text
  ) strict, without rowid;
  create index sessions_by_user on sessions (username);

  create trigger sessions_of_changed_users after update on users
  when new.password_hash <> old.password_hash or new.enabled = 0
  begin
    delete from sessions where username = new.username;
  end;
  `,
];

/** Every table but the event log. */
export const coreTables: readonly string[] = [
  'meta',
  'spaces',
  'connectors',
  'object_references',
  'users',
  'roles',
  'api_keys',
];
