-- Finds by the BRIN index on event_id; the range of received_at names the partitions that are looked at.
select event_id as "id?", received_at, flush_id, n, batch_id, ts, client_ts, left(coalesce(type || ': ', '') || message, 200) as "name!",
    actor_kind as "actor_kind!", actor as "actor!", route, release, environment as "environment!", flags, false as "is_bot!"
from error_report
where project_id = $1 and event_id = $2 and received_at >= $3 and received_at < $4
limit $5
