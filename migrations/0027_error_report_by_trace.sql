create index error_report_by_trace on error_report (project_id, trace_id) where trace_id is not null
