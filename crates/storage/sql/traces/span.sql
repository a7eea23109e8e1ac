-- One span of a trace by span_by_trace: the first to come, where there are several of one id.
select received_at, parent_span_id, ts, duration_ms, name, op, service, status, attributes as "attributes!: Json<Map<String, Value>>",
    environment, release, user_id, session_id
from span
where project_id = $1 and trace_id = $2 and span_id = $3
order by ts, received_at, flush_id, n
limit 1
