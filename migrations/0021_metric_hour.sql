-- As metric_minute, for hours; kept.
create table metric_hour (
    project_id int4 not null,
    series_id int4 not null,
    bucket timestamptz not null,
    n int8 not null,
    sum float8 not null,
    min float8 not null,
    max float8 not null,
    last float8 not null,
    last_ts timestamptz not null,
    sketch bytea,
    primary key (project_id, series_id, bucket)
)
