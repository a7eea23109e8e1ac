-- Each trace by span_by_trace, in the partitions that can hold rows of this time.
select r.ts, r.received_at, r.flush_id, r.n, r.trace_id as "trace_id?", r.session_id, r.release, r.name, r.op, r.service, r.duration_ms, r.status
from span r
where r.project_id = $1 and r.trace_id = any($2) and r.received_at >= $3 and r.received_at < $4
order by r.ts
limit $5
