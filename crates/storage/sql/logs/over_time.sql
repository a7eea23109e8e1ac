-- Records by the bucket that their own time lies in, from log_by_time alone. Counted are the newest ones, so that a question
-- about a year of a busy project has a bound; the oldest row says how far back they reach.
select width_bucket(ts, $6::timestamptz[]) as "bucket!", level, count(*) as "rows!", sum(weight) as "records!",
    min(ts) as "oldest!", bool_or(weight <> 1) as "weighted!"
from (
    select ts, level, weight
    from log
    where project_id = $1 and ts >= $2 and ts < $3 and received_at >= $4 and received_at < $5
    order by ts desc
    limit $7
) newest
group by 1, 2
