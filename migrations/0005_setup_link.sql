-- A one-time link: `owner` creates the first account, `sign_in` signs an existing one in.
create table setup_link (
    token_sha256 bytea primary key,
    purpose text not null check (purpose in ('owner', 'sign_in')),
    account_id int4 references account (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
)
