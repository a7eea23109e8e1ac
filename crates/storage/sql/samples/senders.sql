-- Who sent a metric lately, by (project_id, name, ts).
select release, environment, count(*) as "points!", max(ts) as "last_seen!"
from metric_point
where project_id = $1 and name = $2 and kind = $3 and unit = $4
    and ts >= $5 and ts < $6
    and received_at >= $7 and received_at < $8
group by release, environment
order by count(*) desc, release, environment
limit 20
