-- Events as they came: the truth. Written by ingest alone.
-- Partitioned by the server's time of receipt: a client's clock never makes a partition.
create table event (
    project_id int4 not null,
    received_at timestamptz not null,
    flush_id uuid not null,
    n int4 not null,
    event_id uuid not null,
    batch_id uuid not null,
    -- The client's time, corrected.
    ts timestamptz not null,
    -- The client's time as sent, when it was changed.
    client_ts timestamptz,
    seq int8,
    -- protocol::id::ActorKind; 0 for an event without any actor.
    actor_kind int2 not null,
    actor text not null,
    anonymous_id text,
    session_id text,
    install_id text,
    name text not null,
    route text,
    release text,
    environment text not null,
    country text,
    os text,
    browser text,
    device text,
    referrer text,
    props jsonb not null,
    -- Locale, screen, utm and what else the context held.
    context jsonb,
    trace_id uuid,
    span_id int8,
    -- 1 / sample rate.
    weight float8 not null,
    -- storage::flags
    flags int4 not null,
    is_bot bool not null,
    primary key (project_id, received_at, flush_id, n)
) partition by range (received_at)
