-- By (project_id, name, ts) in each partition that can hold such points, then all of the range sorted by value, of which
-- Postgres keeps no more than the limit. $10 are the tags that are asked for, null for all; as rows they are hashed once.
select received_at, flush_id, n, ts, value, set_hash, tags as "tags: _", environment, release, user_id, session_id, trace_id, span_id
from metric_point
where project_id = $1 and name = $2 and kind = $3 and unit = $4
    and ts >= $5 and ts < $6
    and received_at >= $7 and received_at < $8
    and ($10::jsonb[] is null or (environment, tags) in (select t ->> 0, t -> 1 from unnest($10::jsonb[]) t))
order by value desc, ts desc, received_at desc, flush_id desc, n desc
limit $9
