-- Ids of stored events and error reports, of the projects that ask for it (project.dedupe). Cut and keyed as `batch` is.
create table seen_id (
    project_id int4 not null,
    id uuid not null,
    received_at timestamptz not null,
    primary key (project_id, id)
) partition by range (id)
