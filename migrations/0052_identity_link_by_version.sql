-- What changed since a process looked last.
create index identity_link_by_version on identity_link (project_id, version, link_id)
