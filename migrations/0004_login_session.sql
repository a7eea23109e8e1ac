-- A signed-in browser. Only the hash of its token is kept.
create table login_session (
    token_sha256 bytea primary key,
    account_id int4 not null references account (id) on delete cascade,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null
)
