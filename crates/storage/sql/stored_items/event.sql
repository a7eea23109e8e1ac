-- Finds by the BRIN index on event_id; the range of received_at names the partitions that are looked at.
select event_id as "id?", received_at, flush_id, n, batch_id, ts, client_ts, name, actor_kind, actor, route, release, environment,
    flags, is_bot
from event
where project_id = $1 and event_id = $2 and received_at >= $3 and received_at < $4
limit $5
