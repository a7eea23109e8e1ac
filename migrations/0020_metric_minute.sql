-- Points of one series and minute, added up; kept for 30 days. `last` is the value with the greatest ts.
-- `sketch` is a DDSketch for distributions with more than one point, and the values of a set.
create table metric_minute (
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
) partition by range (bucket)
