-- The spans of a session that name a user too; those that name none are in span_by_sender. For the trace nearest to a point.
create index span_by_session on span (project_id, session_id, ts) where session_id is not null and user_id is not null
