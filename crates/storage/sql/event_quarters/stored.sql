-- The rows that the worker is about to change. All of one project, so the join is local on a distributed database too.
select q.bucket, q.dimension, q.value, q.environment, q.is_bot, q.n, q.weight, q.actors
from unnest($2::timestamptz[], $3::int2[], $4::text[], $5::text[], $6::bool[])
    as k (bucket, dimension, value, environment, is_bot)
join event_quarter q
    on q.project_id = $1
    and q.bucket = k.bucket
    and q.dimension = k.dimension
    and q.value = k.value
    and q.environment = k.environment
    and q.is_bot = k.is_bot
