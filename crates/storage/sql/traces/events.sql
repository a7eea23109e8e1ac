-- The first events of a trace, or of one of its spans, by event_by_trace.
select ts, span_id, session_id, release, name, route, referrer, props as "props!: Json<Map<String, Value>>"
from event
where project_id = $1 and trace_id = $2 and ($3::int8 is null or span_id = $3)
order by ts
limit $4
