-- What is merged into an issue.
create index issue_by_target on issue (project_id, merged_into) where merged_into is not null
