-- Which release the latest points with the most different attributes come from, by (project_id, name, ts). However many points
-- there are, it looks at 10,000.
select latest.release as "release!"
from (
    select release, environment, tags
    from metric_point
    where project_id = $1 and name = $2 and kind = $3 and unit = $4
        and ts >= $5 and ts < $6
        and received_at >= $7 and received_at < $8
    order by ts desc
    limit 10000
) latest
where latest.release is not null
group by latest.release
order by count(distinct (latest.environment, latest.tags)) desc, count(*) desc, latest.release
limit 1
