-- Failed spans are few: the traces that hold one are found without reading the rest. 2 is `error`.
create index span_failed_by_time on span (project_id, ts) include (received_at, trace_id) where status = 2
