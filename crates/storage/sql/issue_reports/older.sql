-- Each issue by error_report_by_issue from the place backwards, then the latest of all.
select r.ts, r.event_id
from unnest($2::int8[]) as i (issue_id)
cross join lateral (
    select e.ts, e.event_id
    from error_report e
    where e.project_id = $1 and e.issue_id = i.issue_id and e.ts <= $3 and (e.ts, e.event_id) <= ($3, $4) and e.ts >= $5
        and e.received_at >= $6 and e.received_at < $7
    order by e.ts desc, e.event_id desc
    limit $8
) r
order by r.ts desc, r.event_id desc
limit $8
