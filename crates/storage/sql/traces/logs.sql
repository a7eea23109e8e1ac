-- The first log records of a trace, or of one of its spans, by log_by_trace.
select ts, span_id, session_id, release, level, body, service
from log
where project_id = $1 and trace_id = $2 and ($3::int8 is null or span_id = $3)
order by ts
limit $4
