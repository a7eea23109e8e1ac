select route, count(*) as events, count(distinct actor) as users
from event
where project_id = 1 and received_at >= '2025-12-24' and received_at < '2025-12-31'
group by route
order by events desc, route
limit 10
