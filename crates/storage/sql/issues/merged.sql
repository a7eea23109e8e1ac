-- What was merged into some issues, by issue_by_target.
select issue_id, type as kind, message, culprit, level, first_seen, last_seen, first_release, last_release, status, status_at, status_by,
    resolved_in, ignored_until, ignored_errors, merged_into
from issue
where project_id = $1 and merged_into = any($2)
order by issue_id
