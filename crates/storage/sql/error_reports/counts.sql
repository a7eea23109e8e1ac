-- Error reports of some actors, each in its own time, by error_report_by_actor; none is counted beyond a limit.
select a.place as "place!", count(*) as "errors!"
from unnest($2::int8[], $3::int2[], $4::text[], $5::timestamptz[], $6::timestamptz[]) as a (place, kind, id, began, ended)
cross join lateral (
    select from error_report
    where project_id = $1 and actor_kind = a.kind and actor_kind > 0 and actor = a.id and ts between a.began and a.ended
        and received_at >= $7 and received_at < $8
    limit $9
) e
group by 1
