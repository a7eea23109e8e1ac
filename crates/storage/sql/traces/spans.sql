-- A trace's spans by span_by_trace, those that began first. A trace id may come without a time, so every day that is kept is asked.
select span_id, parent_span_id, ts, duration_ms, name, op, service, status, release, user_id, session_id
from span
where project_id = $1 and trace_id = $2
order by ts, received_at, flush_id, n
limit $3
