-- The primary key finds the flush; its rows are few.
select event_id as "id?", received_at, flush_id, n, batch_id, ts, client_ts, left(coalesce(type || ': ', '') || message, 200) as "name!",
    actor_kind as "actor_kind!", actor as "actor!", route, release, environment as "environment!", flags, false as "is_bot!"
from error_report
where project_id = $1 and received_at = $2 and flush_id = $3 and batch_id = $4
order by n
limit $5
