-- One row per project. Its lock is the right to intern actors and series and to write rollups of the project.
create table work (
    project_id int4 not null primary key,
    next_actor int8 not null default 0,
    next_series int4 not null default 1
)
