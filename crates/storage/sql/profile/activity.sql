-- Each actor by event_by_actor, of all of them the newest events up to a limit, by quarters of an hour: days are cut by the
-- caller's zone.
select to_timestamp(floor(extract(epoch from e.ts) / 900) * 900) as "quarter!", sum(e.weight) as "events!", count(*) as "rows!"
from (
    select e.ts, e.weight
    from unnest($2::int2[], $3::text[]) as a (kind, id)
    cross join lateral (
        select ts, weight
        from event
        where project_id = $1 and actor_kind = a.kind and actor = a.id and ts >= $4 and ts < $5
            and received_at >= $6 and received_at < $7 and not is_bot
        order by ts desc
        limit $8
    ) e
    order by e.ts desc
    limit $8
) e
group by 1
order by 1
