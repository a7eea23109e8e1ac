-- Each user by identity_by_user, see events.sql.
select i.ts, i.received_at, i.flush_id, i.n, i.session_id, i.kind, i.user_id, i.anonymous_id, i.traits as "traits!: Json<Map<String, Value>>"
from unnest($2::text[]) as u (id)
cross join lateral (
    select ts, received_at, flush_id, n, session_id, kind, user_id, anonymous_id, traits
    from identity
    where project_id = $1 and user_id = u.id and ts >= $3 and ts < $4 and received_at >= $5 and received_at < $6
    order by ts desc
    limit $7
) i
order by i.ts desc
limit $7
