-- Each trace by metric_point_by_trace, in the partitions that can hold rows of this time: the first rows of each.
select r.ts, r.received_at, r.flush_id, r.n, r.trace_id, r.session_id, r.release, r.name, r.kind, r.unit, r.value, r.set_hash, r.tags as "tags!: Json<BTreeMap<String, String>>"
from unnest($2::uuid[]) as t (id)
cross join lateral (
    select ts, received_at, flush_id, n, trace_id, session_id, release, name, kind, unit, value, set_hash, tags
    from metric_point
    where project_id = $1 and trace_id = t.id and received_at >= $3 and received_at < $4
    order by ts
    limit $5
) r
