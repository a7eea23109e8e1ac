-- Immutable blocks of events in columns, which every analysis reads. Written by the worker when it counts a flush, and by
-- compaction in place of smaller ones; never changed.
create table segment (
    project_id int4 not null,
    -- From `work`, so that a number means one set of bytes for ever.
    segment_id int8 not null,
    -- The UTC day of its events' own time.
    day date not null,
    events int8 not null,
    -- Of all parts.
    bytes int8 not null,
    -- analysis::segment::Meta: what is in it, and what can rule it out.
    meta jsonb not null,
    created_at timestamptz not null,
    primary key (project_id, segment_id)
)
