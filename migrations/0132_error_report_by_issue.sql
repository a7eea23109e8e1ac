-- The reports of one issue, newest first.
create index error_report_by_issue on error_report (project_id, issue_id, ts) where issue_id is not null
