create index log_by_trace on log (project_id, trace_id) where trace_id is not null
