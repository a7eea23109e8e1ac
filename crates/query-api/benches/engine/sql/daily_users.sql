select to_char(ts::date, 'YYYY-MM-DD') as day, count(distinct actor) as users
from event
where project_id = 1 and received_at >= '2025-12-01' and received_at < '2025-12-31'
group by ts::date
order by day
