-- What people note beside their figures: a mailing, an outage. At most 1,000 of a project.
create table annotation (
    project_id int4 not null references project (id),
    id uuid not null,
    -- When it happened.
    at timestamptz not null,
    text text not null,
    made_by text not null,
    made_at timestamptz not null,
    primary key (project_id, id)
)
