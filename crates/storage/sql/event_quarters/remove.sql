-- Rows in which nothing is counted any more.
delete from event_quarter q
using unnest($2::timestamptz[], $3::int2[], $4::text[], $5::text[], $6::bool[]) as k (bucket, dimension, value, environment, is_bot)
where q.project_id = $1 and q.bucket = k.bucket and q.dimension = k.dimension and q.value = k.value and q.environment = k.environment
and q.is_bot = k.is_bot
