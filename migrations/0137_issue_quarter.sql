-- Errors of an issue in a quarter of an hour, so that every zone has true days. Kept longer than single reports.
create table issue_quarter (
    project_id int4 not null,
    issue_id int8 not null,
    bucket timestamptz not null,
    environment text not null,
    n int8 not null,
    -- Sum of the errors' weights.
    weight float8 not null,
    -- Roaring bitmap of actor numbers.
    actors bytea not null,
    primary key (project_id, issue_id, bucket, environment)
)
