-- Each user by identity_by_user, in every day that is kept, the newest first; those that say nothing are left out afterwards, so
-- that no more are looked at.
select i.ts, i.user_id as "user_id!", i.kind, i.traits as "traits!: Json<Map<String, Value>>"
from unnest($2::text[]) as u (id)
cross join lateral (
    select ts, received_at, flush_id, n, user_id, kind, traits
    from identity
    where project_id = $1 and user_id = u.id
    order by ts desc
    limit $3
) i
where i.traits <> '{}'
order by i.ts desc, i.received_at desc, i.flush_id desc, i.n desc
