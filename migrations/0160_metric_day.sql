-- As metric_hour, for days on the project's clock; kept. `bucket` is where the day begins. Made from hours once a day is over.
create table metric_day (
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
