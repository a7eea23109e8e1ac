-- Series that have no place among those of their name, each with at least how many points it had lately. Only the heaviest
-- of a name are here, a fixed number of them: see crates/analysis/src/heavy_hitters.rs. As metric_series otherwise.
create table series_candidate (
    project_id int4 not null,
    name text not null,
    kind int2 not null,
    unit text not null,
    tags_hash bytea not null,
    environment text not null,
    tags jsonb not null,
    points int8 not null,
    primary key (project_id, name, kind, unit, tags_hash)
)
-- The same few rows are counted up with every claim: room for their next versions.
with (fillfactor = 70)
