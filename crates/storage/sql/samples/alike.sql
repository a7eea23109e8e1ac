-- Single points with their values and what a filter can ask of them, by (project_id, name, ts), or by who sent them or their trace
-- where that is asked for. In no order, and not grouped: sorting attributes takes longer than sending them. The conditions are those
-- of walk.rs.
select environment, tags::text as "tags!", case when $14 then release end as release, case when $15 then user_id end as user_id,
    case when $16 then session_id end as session_id, case when $17 then trace_id end as trace_id, ts, value, set_hash
from metric_point
where project_id = $1 and name = $2 and kind = $3 and unit = $4
    and ts >= $5 and ts < $6
    and received_at >= $7 and received_at < $8
    and ($9::jsonb[] is null or (environment, tags) in (select t ->> 0, t -> 1 from unnest($9::jsonb[]) t))
    and ($10::text[] is null or release = any($10))
    and ($11::text[] is null or user_id = any($11) and coalesce(user_id, session_id) = any($11)
        and (user_id is not null or session_id is not null))
    and ($12::text[] is null or session_id = any($12))
    and ($13::uuid[] is null or trace_id = any($13))
limit $18
