-- Flushes that were counted before there were segments, and have none yet, by day of receipt. Filled once, by the next
-- migration; a job of the worker pays it off.
create table segment_debt (
    project_id int4 not null,
    received_from timestamptz not null,
    received_until timestamptz not null,
    flush_id uuid not null,
    primary key (project_id, received_from, flush_id)
)
