-- Spans as they came: the truth. Written by ingest alone.
create table span (
    project_id int4 not null,
    received_at timestamptz not null,
    flush_id uuid not null,
    n int4 not null,
    batch_id uuid not null,
    trace_id uuid not null,
    span_id int8 not null,
    parent_span_id int8,
    -- Its start, corrected.
    ts timestamptz not null,
    -- Its start as sent, when it was changed.
    client_ts timestamptz,
    duration_ms float8 not null,
    name text not null,
    op text,
    service text,
    -- protocol::span::SpanStatus
    status int2 not null,
    attributes jsonb not null,
    environment text not null,
    release text,
    user_id text,
    session_id text,
    -- 1 / sample rate.
    weight float8 not null,
    flags int4 not null,
    primary key (project_id, received_at, flush_id, n)
) partition by range (received_at)
