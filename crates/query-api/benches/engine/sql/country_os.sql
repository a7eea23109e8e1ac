select country, os, count(*) as events, count(distinct actor) as users
from event
where project_id = 1 and received_at >= '2025-12-30' and received_at < '2025-12-31'
group by country, os
order by events desc, country, os
