-- In the order of receipt. A flush becomes visible as a whole, so one that was read once is left out.
select received_at, flush_id, n, ts, event_id as "id?", name, actor, environment, flags, is_bot as "is_bot!"
from event
where project_id = $1
    and received_at >= $2
    and flush_id <> all($3::uuid[])
    and (received_at, flush_id, n) > ($4::timestamptz, $5::uuid, $6::int4)
order by received_at, flush_id, n
limit $7
