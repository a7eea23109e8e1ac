create index metric_point_by_trace on metric_point (project_id, trace_id) where trace_id is not null
