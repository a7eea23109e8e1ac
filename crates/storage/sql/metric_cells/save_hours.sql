-- The worker merged what was there with what it counted, so the new value replaces the old one. Only the holder of the
-- project's work row comes here, which is why nothing can have changed in between.
insert into metric_hour (project_id, series_id, bucket, n, sum, min, max, last, last_ts, sketch)
select $1, c.series_id, c.bucket, c.n, c.sum, c.min, c.max, c.last, c.last_ts, c.sketch
from unnest($2::int4[], $3::timestamptz[], $4::int8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[], $9::timestamptz[], $10::bytea[])
    as c (series_id, bucket, n, sum, min, max, last, last_ts, sketch)
on conflict (project_id, series_id, bucket)
do update set n = excluded.n, sum = excluded.sum, min = excluded.min, max = excluded.max, last = excluded.last,
    last_ts = excluded.last_ts, sketch = excluded.sketch
