-- A trace's spans, for the waterfall.
create index span_by_trace on span (project_id, trace_id)
