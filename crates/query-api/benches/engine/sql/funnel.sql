-- For each event: the last first step so far, then the last first step of a chain that reached the second.
with step as (
    select actor, ts, name, max(ts) filter (where name = '$pageview') over so_far as began
    from event
    where project_id = 1
        and name in ('$pageview', 'add_to_cart', 'purchase')
        and received_at >= '2025-12-01' and received_at < '2025-12-31'
    window so_far as (partition by actor order by ts rows unbounded preceding)
),
chain as (
    select
        actor, ts, name, began,
        max(began) filter (where name = 'add_to_cart' and ts - began <= interval '30 minutes') over so_far as second
    from step
    window so_far as (partition by actor order by ts rows unbounded preceding)
),
depth as (
    select max(case
        when name = 'purchase' and ts - second <= interval '30 minutes' then 3
        when second is not null then 2
        when began is not null then 1
        else 0
    end) as done
    from chain
    group by actor
)
select count(*) filter (where done >= 1), count(*) filter (where done >= 2), count(*) filter (where done >= 3)
from depth
