-- One person's points: by the user, or, where none is named, by the session. For the timeline, and for forgetting somebody.
create index metric_point_by_sender on metric_point (project_id, (coalesce(user_id, session_id)), ts)
where user_id is not null or session_id is not null
