-- Metric points as they came: the truth. Written by ingest alone.
create table metric_point (
    project_id int4 not null,
    received_at timestamptz not null,
    flush_id uuid not null,
    n int4 not null,
    batch_id uuid not null,
    ts timestamptz not null,
    client_ts timestamptz,
    name text not null,
    kind int2 not null,
    -- Empty when the sender names none.
    unit text not null,
    -- The number; of a set, its 64-bit hash's bits in set_hash and 0 here.
    value float8 not null,
    set_hash int8,
    tags jsonb not null,
    environment text not null,
    release text,
    user_id text,
    session_id text,
    trace_id uuid,
    span_id int8,
    flags int4 not null,
    primary key (project_id, received_at, flush_id, n)
) partition by range (received_at)
