-- The first metric points of a trace, or of one of its spans, by metric_point_by_trace.
select ts, span_id, session_id, release, name, kind, unit, value, set_hash, tags as "tags!: Json<BTreeMap<String, String>>"
from metric_point
where project_id = $1 and trace_id = $2 and ($3::int8 is null or span_id = $3)
order by ts
limit $4
