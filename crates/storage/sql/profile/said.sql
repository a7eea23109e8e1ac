-- Each user by identity_by_user, in every day that is kept; those that say something of the user, the newest first.
select i.ts, i.user_id as "user_id!", i.kind, i.traits as "traits!: Json<Map<String, Value>>"
from unnest($2::text[]) as u (id)
cross join lateral (
    select ts, received_at, flush_id, n, user_id, kind, traits
    from identity
    where project_id = $1 and user_id = u.id and traits <> '{}'
    order by ts desc
    limit $3
) i
order by i.ts desc, i.received_at desc, i.flush_id desc, i.n desc
limit $3
