-- Single points with their values, by what a filter can ask of them, so that this is told and decided once for many. By
-- (project_id, name, ts), or by who sent them or their trace where that is asked for; the conditions are those of walk.rs.
select environment as "environment!", tags as "tags!: Json<BTreeMap<String, String>>", release, user_id, session_id, trace_id,
    array_agg(ts) as "at!", array_agg(value) as "values!", array_agg(set_hash) filter (where set_hash is not null) as hashes
from (
    select environment, tags, case when $14 then release end as release, case when $15 then user_id end as user_id,
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
) point
group by environment, tags, release, user_id, session_id, trace_id
