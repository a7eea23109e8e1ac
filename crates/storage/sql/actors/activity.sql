-- Counts each actor's events up to a limit, so that one that sends millions costs no more than another; the index on actors
-- finds them in every day that is kept.
select k.place as "place!", e.n as "events!", l.ts as "last_event?"
from unnest($2::int2[], $3::text[]) with ordinality as k (kind, id, place)
cross join lateral (
    select count(*) as n
    from (select from event where project_id = $1 and actor_kind = k.kind and actor = k.id limit $4) as counted
) as e
left join lateral (
    select ts from event where project_id = $1 and actor_kind = k.kind and actor = k.id order by ts desc limit 1
) as l on true
