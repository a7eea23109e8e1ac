-- As tail/events.sql.
select received_at, flush_id, n, ts, null::uuid as "id?",
    (case kind when 1 then 'identify' when 2 then 'alias' else 'reset' end) as "name!",
    coalesce(user_id, anonymous_id, '') as "actor!", '' as "environment!", flags, false as "is_bot!"
from identity
where project_id = $1
    and received_at >= $2
    and flush_id <> all($3::uuid[])
    and (received_at, flush_id, n) > ($4::timestamptz, $5::uuid, $6::int4)
order by received_at, flush_id, n
limit $7
