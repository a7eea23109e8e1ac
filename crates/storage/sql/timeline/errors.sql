-- Each actor by error_report_by_actor, see events.sql.
select e.ts, e.received_at, e.flush_id, e.n, e.trace_id, e.session_id, e.release, e.type as "error_type", e.message, e.level, e.handled,
    e.route, e.service, e.issue_id
from unnest($2::int2[], $3::text[]) as a (kind, id)
cross join lateral (
    select ts, received_at, flush_id, n, trace_id, session_id, release, type, message, level, handled, route, service, issue_id
    from error_report
    where project_id = $1 and actor_kind = a.kind and actor_kind > 0 and actor = a.id
        and ts >= $4 and ts < $5 and received_at >= $6 and received_at < $7
    order by ts desc
    limit $8
) e
order by e.ts desc
limit $8
