-- What was said of one user: traits and their history.
create index identity_by_user on identity (project_id, user_id, ts) where user_id is not null
