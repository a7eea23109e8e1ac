-- Each issue's latest by error_report_by_issue; stacks and breadcrumbs are not read.
select r.level as "level!", r.handled as "handled!", r.route, r.service, r.release, r.environment as "environment!",
    r.tags as "tags!: Json<Map<String, Value>>", r.os, r.browser, r.device
from unnest($2::int8[]) as i (issue_id)
cross join lateral (
    select e.ts, e.level, e.handled, e.route, e.service, e.release, e.environment, e.tags,
        coalesce(e.context -> 'os' ->> 'name', e.context ->> 'os') as os,
        coalesce(e.context -> 'browser' ->> 'name', e.context ->> 'browser') as browser,
        coalesce(e.context -> 'device' ->> 'model', e.context ->> 'device') as device
    from error_report e
    where e.project_id = $1 and e.issue_id = i.issue_id and e.ts >= $3 and e.ts <= $4
        and e.received_at >= $5 and e.received_at < $6
    order by e.ts desc
    limit $7
) r
order by r.ts desc
limit $7
