-- What the latest points of a metric have under a field, by (project_id, name, ts). However many points there are, it looks at 10,000.
select latest.value as "value!", count(*) as "points!"
from (
    select case $9
            when 'release' then release
            when 'user' then user_id
            when 'session' then session_id
            when 'trace' then replace(trace_id::text, '-', '')
        end as value
    from metric_point
    where project_id = $1 and name = $2 and kind = $3 and unit = $4
        and ts >= $5 and ts < $6
        and received_at >= $7 and received_at < $8
    order by ts desc
    limit 10000
) latest
where latest.value is not null and position(lower($10) in lower(latest.value)) > 0
group by latest.value
order by count(*) desc, latest.value
limit $11
