-- How many errors a project had over time, from the index alone.
create index error_report_by_time on error_report (project_id, ts) include (level, weight)
