-- A name is used once among what one account sees for itself, and once among what all see.
create unique index saved_by_name on saved (project_id, kind, coalesce(private_to, 0), lower(name))
