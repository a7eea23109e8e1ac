-- As tail/events.sql.
select received_at, flush_id, n, ts, null::uuid as "id?", name || ' ' || round(duration_ms::numeric, 1) || ' ms' as "name!",
    coalesce(user_id, session_id, '') as "actor!", environment as "environment!", flags,
    false as "is_bot!"
from span
where project_id = $1
    and received_at >= $2
    and flush_id <> all($3::uuid[])
    and (received_at, flush_id, n) > ($4::timestamptz, $5::uuid, $6::int4)
order by received_at, flush_id, n
limit $7
