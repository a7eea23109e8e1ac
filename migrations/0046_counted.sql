-- When flushes were counted: one row per claim of the worker, written in the claim's transaction, swept after 8 days.
create table counted (
    project_id int4 not null,
    counted_at timestamptz not null,
    -- The first of flush_ids: tells claims of one moment apart.
    first_flush_id uuid not null,
    flush_ids uuid[] not null,
    items int8 not null,
    primary key (project_id, counted_at, first_flush_id)
)
