-- Issues by number, each by the primary key.
select issue_id, type as kind, message, culprit, level, first_seen, last_seen, first_release, last_release, status, status_at, status_by,
    resolved_in, ignored_until, ignored_errors, merged_into
from issue
where project_id = $1 and issue_id = any($2)
order by issue_id
