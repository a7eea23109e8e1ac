-- Both sides of every day, also of a day that only one of them has.
select coalesce(q.day, s.day) as "day!", coalesce(q.events, 0) as "counted!", coalesce(s.events, 0) as "in_segments!"
from (
    select (bucket at time zone 'UTC')::date as day, sum(n)::int8 as events
    from event_quarter
    where project_id = $1 and dimension = 0 and bucket >= $2::date::timestamp at time zone 'UTC'
    group by 1
) q
full join (
    select day, sum(events)::int8 as events from segment where project_id = $1 and day >= $2 group by day
) s on s.day = q.day
order by 1
