-- One point by its primary key.
select received_at, flush_id, n, ts, value, set_hash, tags as "tags: Json<BTreeMap<String, String>>", environment, release, user_id, session_id, trace_id, span_id, name, kind, unit
from metric_point
where project_id = $1 and received_at = $2 and flush_id = $3 and n = $4
