-- The primary key finds the flush; its rows are few.
select event_id as "id?", received_at, flush_id, n, batch_id, ts, client_ts, name, actor_kind, actor, route, release, environment,
    flags, is_bot
from event
where project_id = $1 and received_at = $2 and flush_id = $3 and batch_id = $4
order by n
limit $5
