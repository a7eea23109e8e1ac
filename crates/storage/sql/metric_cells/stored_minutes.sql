-- The cells that the worker is about to change. The range names the partitions.
select c.series_id, c.bucket, c.n, c.sum, c.min, c.max, c.last, c.last_ts, c.sketch
from unnest($2::int4[], $3::timestamptz[]) as k (series_id, bucket)
join metric_minute c on c.project_id = $1 and c.series_id = k.series_id and c.bucket = k.bucket
where c.bucket between $4 and $5
