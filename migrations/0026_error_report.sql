-- Exceptions and messages as they came: the truth. Written by ingest alone.
create table error_report (
    project_id int4 not null,
    received_at timestamptz not null,
    flush_id uuid not null,
    n int4 not null,
    batch_id uuid not null,
    event_id uuid not null,
    ts timestamptz not null,
    client_ts timestamptz,
    -- protocol::level::Level
    level int2 not null,
    -- The exception's type; null for a message.
    type text,
    message text not null,
    handled bool not null,
    -- protocol::error_report: lists of Frame, Cause, Breadcrumb, text
    stacktrace jsonb not null,
    cause jsonb not null,
    breadcrumbs jsonb not null,
    fingerprint jsonb not null,
    tags jsonb not null,
    context jsonb not null,
    trace_id uuid,
    span_id int8,
    -- protocol::id::ActorKind; 0 for a report without any actor.
    actor_kind int2 not null,
    actor text not null,
    session_id text,
    route text,
    service text,
    release text,
    environment text not null,
    weight float8 not null,
    flags int4 not null,
    primary key (project_id, received_at, flush_id, n)
) partition by range (received_at)
