-- Walks the primary key backwards, page by page.
select received_at, flush_id, n, ts, actor_kind, actor, session_id, country, os, route, release, referrer, name, is_bot
from event
where project_id = $1
    and received_at >= $2
    and flush_id <> all($3::uuid[])
    and flags & $4::int4 = 0
    and (received_at, flush_id, n) < ($5::timestamptz, $6::uuid, $7::int4)
order by received_at desc, flush_id desc, n desc
limit $8
