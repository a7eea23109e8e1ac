create table account (
    id int4 generated always as identity primary key,
    -- Lower case.
    email text not null unique,
    -- argon2id in PHC form; null for an account that only signs in by link.
    password_hash text,
    created_at timestamptz not null
)
