-- Each user and session by metric_point_by_sender, see events.sql. What names no user is a person's by the session.
select r.ts, r.received_at, r.flush_id, r.n, r.trace_id, r.session_id, r.release, r.name, r.kind, r.unit, r.value, r.set_hash, r.tags as "tags!: Json<BTreeMap<String, String>>"
from unnest($2::text[] || $3::text[]) as s (id)
cross join lateral (
    select ts, received_at, flush_id, n, trace_id, session_id, release, name, kind, unit, value, set_hash, tags
    from metric_point
    where project_id = $1 and coalesce(user_id, session_id) = s.id and (user_id is not null or session_id is not null)
        and (user_id = any($2) or user_id is null and session_id = any($3))
        and ts >= $4 and ts < $5 and received_at >= $6 and received_at < $7
    order by ts desc
    limit $8
) r
order by r.ts desc
limit $8
