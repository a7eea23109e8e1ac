-- Each user by span_by_sender: how many of the newest failed, and the last of them. The status is tested afterwards, so that no
-- more are looked at.
select count(*) filter (where s.status = 2) as "spans!", count(*) as "rows!", max(s.ts) filter (where s.status = 2) as "latest_at",
    (array_agg(s.name order by s.ts desc) filter (where s.status = 2))[1] as "latest"
from unnest($2::text[]) as u (id)
cross join lateral (
    select ts, name, status
    from span
    where project_id = $1 and coalesce(user_id, session_id) = u.id and user_id is not null and user_id = u.id
        and ts >= $3 and ts < $4 and received_at >= $5 and received_at < $6
    order by ts desc
    limit $7
) s
