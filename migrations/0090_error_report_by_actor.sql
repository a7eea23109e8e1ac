-- What went wrong for one actor.
create index error_report_by_actor on error_report (project_id, actor_kind, actor, ts) where actor_kind > 0
