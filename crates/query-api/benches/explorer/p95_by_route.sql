-- What an explorer without rollups asks.
select tags ->> 'route', percentile_disc(0.95) within group (order by value)
from metric_point
where project_id = 1 and name = 'bench.metric_0' and ts >= $1 and ts < $2 and received_at >= $1 and received_at < $2
group by 1 order by 1
