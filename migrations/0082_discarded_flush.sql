-- Dead letters that somebody discarded: their raw rows are stored and will never be counted.
create table discarded_flush (
    project_id int4 not null,
    flush_id uuid not null,
    discarded_at timestamptz not null,
    primary key (project_id, flush_id)
)
