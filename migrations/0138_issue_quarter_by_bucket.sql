-- What a range holds, of every issue, from the index alone.
create index issue_quarter_by_bucket on issue_quarter (project_id, bucket) include (issue_id, environment, weight)
