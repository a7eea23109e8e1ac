-- How many issues of a project are alive.
create index issue_by_last_seen on issue (project_id, last_seen)
