-- As tail/events.sql.
select received_at, flush_id, n, ts, event_id as "id?", left(coalesce(type || ': ', '') || message, 200) as "name!",
    actor as "actor!", environment as "environment!", flags, false as "is_bot!"
from error_report
where project_id = $1
    and received_at >= $2
    and flush_id <> all($3::uuid[])
    and (received_at, flush_id, n) > ($4::timestamptz, $5::uuid, $6::int4)
order by received_at, flush_id, n
limit $7
