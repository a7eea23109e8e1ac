-- The first errors of a trace by error_report_by_trace, in the partitions that can hold rows of this time.
select ts, trace_id, session_id, release, type as "error_type", message, level, handled, route, service, issue_id
from error_report
where project_id = $1 and trace_id = $2 and received_at >= $3 and received_at < $4
order by ts
limit $5
