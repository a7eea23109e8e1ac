-- Log records as they came: the truth. Written by ingest alone.
create table log (
    project_id int4 not null,
    received_at timestamptz not null,
    flush_id uuid not null,
    n int4 not null,
    batch_id uuid not null,
    ts timestamptz not null,
    client_ts timestamptz,
    -- protocol::level::Level
    level int2 not null,
    body text not null,
    attributes jsonb not null,
    service text,
    trace_id uuid,
    span_id int8,
    user_id text,
    session_id text,
    release text,
    environment text not null,
    weight float8 not null,
    flags int4 not null,
    primary key (project_id, received_at, flush_id, n)
) partition by range (received_at)
