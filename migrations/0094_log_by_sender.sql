-- One person's log records, see 0092_metric_point_by_sender.sql.
create index log_by_sender on log (project_id, (coalesce(user_id, session_id)), ts)
where user_id is not null or session_id is not null
