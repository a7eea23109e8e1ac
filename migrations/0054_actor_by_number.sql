-- The ids behind numbers, for pages that name the actors of a bitmap, a segment or a link.
create unique index actor_by_number on actor (project_id, number)
