-- Each actor by error_report_by_actor: how many there are, and the last of them.
select count(*) as "errors!", max(e.ts) as "latest_at", (array_agg(e.said order by e.ts desc))[1] as "latest"
from unnest($2::int2[], $3::text[]) as a (kind, id)
cross join lateral (
    select ts, left(coalesce(type || ': ', '') || message, 200) as said
    from error_report
    where project_id = $1 and actor_kind = a.kind and actor_kind > 0 and actor = a.id
        and ts >= $4 and ts < $5 and received_at >= $6 and received_at < $7
    order by ts desc
    limit $8
) e
