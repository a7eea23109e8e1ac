-- The primary key finds the flush; its rows are few.
select null::uuid as "id?", received_at, flush_id, n, batch_id, ts, null::timestamptz as "client_ts?", name,
    (case when user_id is not null then 1 when session_id is not null then 3 else 0 end)::int2 as "actor_kind!",
    coalesce(user_id, session_id, '') as "actor!", null::text as "route?", release, environment, flags, false as "is_bot!"
from metric_point
where project_id = $1 and received_at = $2 and flush_id = $3 and batch_id = $4
order by n
limit $5
