-- A project has few flushes that wait: one scan of its part of the primary key.
-- A note of a version that knew no other items says 0.
select count(*) as "flushes!", coalesce(sum(greatest(items, events::int8 + points)), 0)::int8 as "items!", min(committed_at) as oldest,
    count(*) filter (where attempts > 0) as "failing!"
from pending
where project_id = $1
