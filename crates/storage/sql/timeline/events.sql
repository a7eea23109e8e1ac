-- Each actor by event_by_actor, newest first, in the partitions that can hold events of this time.
select e.ts, e.received_at, e.flush_id, e.n, e.trace_id, e.session_id, e.release, e.name, e.route, e.referrer, e.props as "props!: Json<Map<String, Value>>"
from unnest($2::int2[], $3::text[]) as a (kind, id)
cross join lateral (
    select ts, received_at, flush_id, n, trace_id, session_id, release, name, route, referrer, props
    from event
    where project_id = $1 and actor_kind = a.kind and actor = a.id and ts >= $4 and ts < $5 and received_at >= $6 and received_at < $7
        and ($8::bool is null or (name = '$pageview') = $8)
    order by ts desc
    limit $9
) e
order by e.ts desc
limit $9
