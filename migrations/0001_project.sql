-- What keys belong to. Small: it stays undistributed, and no growing table refers to it.
create table project (
    id int4 generated always as identity primary key,
    slug text not null unique,
    name text not null,
    -- IANA name; days are cut in this zone.
    zone text not null default 'UTC',
    created_at timestamptz not null
)
