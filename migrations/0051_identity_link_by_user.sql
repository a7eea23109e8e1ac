-- All links of one user; those of an anonymous actor are found by the unique key.
create index identity_link_by_user on identity_link (project_id, to_actor)
