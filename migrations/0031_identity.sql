-- Who somebody is, as it was said: the truth. Written by ingest alone; links between actors are made from it when counting.
create table identity (
    project_id int4 not null,
    received_at timestamptz not null,
    flush_id uuid not null,
    n int4 not null,
    batch_id uuid not null,
    ts timestamptz not null,
    client_ts timestamptz,
    seq int8,
    -- protocol::identity::IdentityKind
    kind int2 not null,
    user_id text,
    anonymous_id text,
    session_id text,
    install_id text,
    traits jsonb not null,
    flags int4 not null,
    primary key (project_id, received_at, flush_id, n)
) partition by range (received_at)
