-- Of the same type or at the same place. Walks issue_by_last_seen from the newest until there are enough, which a project's
-- limit of issues bounds.
select issue_id, type as kind, message, culprit, level, first_seen, last_seen, first_release, last_release, status, status_at, status_by,
    resolved_in, ignored_until, ignored_errors, merged_into
from issue
where project_id = $1 and issue_id <> $2 and issue_id <> $6 and merged_into is null
    and (type = $3::text or culprit = $4::text)
order by last_seen desc, issue_id
limit $5
