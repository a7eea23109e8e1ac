-- The timeline of one actor.
create index event_by_actor on event (project_id, actor_kind, actor, ts)
