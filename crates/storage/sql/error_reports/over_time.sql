-- Errors by the bucket that their own time lies in; milder reports are none. Each bound begins a bucket, the last one ends it.
-- What happened in the range arrived after it began: that spares the partitions before, but for a clock that was ahead.
select width_bucket(ts, $3::timestamptz[]) as "bucket!", sum(weight) as "errors!"
from error_report
where project_id = $1
    and received_at >= ($3::timestamptz[])[1] - interval '1 day'
    and ts >= ($3::timestamptz[])[1]
    and ts < $4
    and level >= $2
group by 1
