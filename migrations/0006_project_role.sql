create table project_role (
    project_id int4 not null references project (id),
    account_id int4 not null references account (id) on delete cascade,
    role text not null check (role in ('owner', 'admin', 'editor', 'viewer')),
    primary key (project_id, account_id)
)
