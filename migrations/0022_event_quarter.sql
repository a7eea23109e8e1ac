-- Events of a quarter of an hour, so that every zone has true days. Kept longer than raw events.
create table event_quarter (
    project_id int4 not null,
    bucket timestamptz not null,
    -- 0 all, 1 by name, 2 by route
    dimension int2 not null,
    -- The name or route; empty for `all`.
    value text not null,
    environment text not null,
    is_bot bool not null,
    n int8 not null,
    -- Sum of the events' weights.
    weight float8 not null,
    -- Roaring bitmap of actor numbers.
    actors bytea not null,
    primary key (project_id, bucket, dimension, value, environment, is_bot)
)
