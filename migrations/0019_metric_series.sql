-- One metric name, kind, unit and attribute set.
create table metric_series (
    project_id int4 not null,
    series_id int4 not null,
    name text not null,
    kind int2 not null,
    unit text not null,
    environment text not null,
    tags jsonb not null,
    -- SHA-256 of environment and tags in order, its first 16 bytes: the key stays short.
    tags_hash bytea not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    primary key (project_id, series_id),
    unique (project_id, name, kind, unit, tags_hash)
)
