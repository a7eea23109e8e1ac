-- The spans that begin a trace, for its list: a small part of all.
create index span_root_by_time on span (project_id, ts) where parent_span_id is null
