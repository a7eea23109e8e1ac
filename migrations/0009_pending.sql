-- Flushes that the worker has not counted yet: written in the flush's transaction, deleted in the worker's.
create table pending (
    project_id int4 not null,
    flush_id uuid not null,
    -- Equal for live signals; an import spreads its rows over the items' own times.
    received_from timestamptz not null,
    received_until timestamptz not null,
    committed_at timestamptz not null,
    events int4 not null,
    points int4 not null,
    imported bool not null,
    -- Changes of the books (protocol::outcome::OutcomeCount), folded into outcome_hourly by the worker:
    -- committers of one project would wait for one another on that row.
    outcomes jsonb not null,
    attempts int2 not null default 0,
    last_error text,
    primary key (project_id, flush_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0)
