-- Each actor's newest event by event_by_actor, in every day that is kept, and of those the newest.
select e.ts, e.route, e.country, e.os, e.browser, e.release
from unnest($2::int2[], $3::text[]) as a (kind, id)
cross join lateral (
    select ts, route, country, os, browser, release
    from event
    where project_id = $1 and actor_kind = a.kind and actor = a.id
    order by ts desc
    limit 1
) e
order by e.ts desc
limit 1
