select to_char(date_trunc('hour', ts), 'YYYY-MM-DD"T"HH24":00:00Z"') as hour, count(*) as events, count(distinct actor) as users
from event
where project_id = 1 and name = 'add_to_cart' and received_at >= '2025-12-24' and received_at < '2025-12-31'
group by date_trunc('hour', ts)
order by hour
