create index event_by_trace on event (project_id, trace_id) where trace_id is not null
