-- A public key is write-only and shown again on Set-up, so it is kept in clear; a secret one only as its SHA-256.
create table api_key (
    id int4 generated always as identity primary key,
    project_id int4 not null references project (id),
    -- The public key itself; null for a secret key.
    public_key text unique,
    secret_sha256 bytea unique,
    -- The first characters, so that people can tell keys apart.
    hint text not null,
    label text not null,
    -- read, ingest, import
    scopes text[] not null,
    created_at timestamptz not null,
    revoked_at timestamptz,
    constraint api_key_one_form check ((public_key is null) <> (secret_sha256 is null))
)
