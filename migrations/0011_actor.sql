-- Actors interned to dense numbers, so that bitmaps stay small.
create table actor (
    project_id int4 not null,
    kind int2 not null,
    id text not null,
    -- A u32; dense within the project.
    number int8 not null,
    first_seen timestamptz not null,
    primary key (project_id, kind, id)
)
