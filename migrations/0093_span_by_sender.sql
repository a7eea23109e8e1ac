-- One person's spans, see 0092_metric_point_by_sender.sql.
create index span_by_sender on span (project_id, (coalesce(user_id, session_id)), ts)
where user_id is not null or session_id is not null
