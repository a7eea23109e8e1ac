-- The traces of the newest failed spans of a time, by span_failed_by_time: how many each has, and the first of these. 2 is `error`,
-- as in the index.
select trace_id, count(*) as "failed!", min(ts) as "first!"
from (
    select trace_id, ts
    from span
    where project_id = $1 and status = 2 and ts >= $2 and ts < $3 and received_at >= $4 and received_at < $5
    order by ts desc
    limit $6
) as failed
group by trace_id
