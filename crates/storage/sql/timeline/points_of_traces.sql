-- Each trace by metric_point_by_trace, in the partitions that can hold rows of this time.
select r.ts, r.received_at, r.flush_id, r.n, r.trace_id, r.session_id, r.release, r.name, r.kind, r.unit, r.value, r.set_hash, r.tags as "tags!: Json<BTreeMap<String, String>>"
from metric_point r
where r.project_id = $1 and r.trace_id = any($2) and r.received_at >= $3 and r.received_at < $4
order by r.ts
limit $5
