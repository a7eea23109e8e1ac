-- A bit per week is twice as fast as joining each user's first week.
with per_user as (
    select bit_or(1 << (ts::date - date '2025-12-01') / 7) as weeks
    from event
    where project_id = 1 and received_at >= '2025-12-01' and received_at < '2025-12-31'
    group by actor
),
alike as (
    select weeks, (select min(week) from generate_series(0, 4) as week where weeks & (1 << week) <> 0) as first, count(*) as users
    from per_user
    group by weeks
)
select first::int8, (week - first)::int8 as after, sum(users)::int8 as users
from alike cross join generate_series(0, 4) as week
where weeks & (1 << week) <> 0
group by first, week
order by first, week
