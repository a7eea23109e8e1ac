-- Each user by span_by_sender: how many failed, and the last of them.
select count(*) as "spans!", max(s.ts) as "latest_at", (array_agg(s.name order by s.ts desc))[1] as "latest"
from unnest($2::text[]) as u (id)
cross join lateral (
    select ts, name
    from span
    where project_id = $1 and coalesce(user_id, session_id) = u.id and user_id is not null and user_id = u.id and status = 2
        and ts >= $3 and ts < $4 and received_at >= $5 and received_at < $6
    order by ts desc
    limit $7
) s
