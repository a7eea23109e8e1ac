-- Each trace by log_by_trace, in the partitions that can hold rows of this time: the first rows of each.
select r.ts, r.received_at, r.flush_id, r.n, r.trace_id, r.session_id, r.release, r.level, r.body, r.service
from unnest($2::uuid[]) as t (id)
cross join lateral (
    select ts, received_at, flush_id, n, trace_id, session_id, release, level, body, service
    from log
    where project_id = $1 and trace_id = t.id and received_at >= $3 and received_at < $4
    order by ts
    limit $5
) r
