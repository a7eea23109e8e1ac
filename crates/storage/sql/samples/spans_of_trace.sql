-- The first spans of a trace by span_by_trace, in the partitions that can hold rows of this time.
select span_id, parent_span_id, ts, duration_ms, name, service, status
from span
where project_id = $1 and trace_id = $2 and received_at >= $3 and received_at < $4
order by ts, duration_ms desc
limit $5
