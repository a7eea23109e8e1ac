-- The first errors of a trace, or of one of its spans, by error_report_by_trace.
select ts, span_id, session_id, release, type as error_type, message, level, handled, route, service, issue_id
from error_report
where project_id = $1 and trace_id = $2 and ($3::int8 is null or span_id = $3)
order by ts
limit $4
