-- Ids that were erased lately: what still comes of them, from a spool or a retry, is left out when it is counted.
create table tombstone (
    project_id int4 not null,
    -- storage::tombstones::hash
    actor_sha256 bytea not null,
    until timestamptz not null,
    primary key (project_id, actor_sha256)
)
