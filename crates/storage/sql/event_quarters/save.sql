-- The worker merged what was there with what it counted, so the new value replaces the old one. Only the holder of the
-- project's work row comes here, which is why nothing can have changed in between.
insert into event_quarter (project_id, bucket, dimension, value, environment, is_bot, n, weight, actors)
select $1, q.bucket, q.dimension, q.value, q.environment, q.is_bot, q.n, q.weight, q.actors
from unnest($2::timestamptz[], $3::int2[], $4::text[], $5::text[], $6::bool[], $7::int8[], $8::float8[], $9::bytea[])
    as q (bucket, dimension, value, environment, is_bot, n, weight, actors)
on conflict (project_id, bucket, dimension, value, environment, is_bot)
do update set n = excluded.n, weight = excluded.weight, actors = excluded.actors
