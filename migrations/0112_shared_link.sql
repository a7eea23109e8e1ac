-- A link that shows one page of a project to whoever has it. Only the hash of its token is kept.
create table shared_link (
    token_sha256 bytea primary key,
    project_id int4 not null references project (id),
    id uuid not null,
    -- Who made it: the link ends with the account.
    account_id int4 not null references account (id) on delete cascade,
    page text not null check (page in ('metrics', 'behavior', 'users', 'sessions')),
    query text not null,
    made_at timestamptz not null,
    expires_at timestamptz not null,
    -- To the minute.
    last_used_at timestamptz,
    unique (project_id, id)
)
