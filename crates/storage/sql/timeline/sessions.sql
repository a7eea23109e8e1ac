-- The sessions of a person's events by event_by_actor, see events.sql: rows that name nobody are theirs by the session.
select distinct e.session_id as "session_id!"
from unnest($2::int2[], $3::text[]) as a (kind, id)
cross join lateral (
    select session_id
    from event
    where project_id = $1 and actor_kind = a.kind and actor = a.id and ts >= $4 and ts < $5 and received_at >= $6 and received_at < $7
    order by ts desc
    limit $8
) e
where e.session_id is not null
