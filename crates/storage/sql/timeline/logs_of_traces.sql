-- Each trace by log_by_trace, in the partitions that can hold rows of this time.
select r.ts, r.received_at, r.flush_id, r.n, r.trace_id, r.session_id, r.release, r.level, r.body, r.service
from log r
where r.project_id = $1 and r.trace_id = any($2) and r.received_at >= $3 and r.received_at < $4
order by r.ts
limit $5
