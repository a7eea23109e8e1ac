-- How a project names its routes: `/blog/:slug`, `/files/*`. Ingest applies them; at most 200 of a project.
create table route_rule (
    project_id int4 not null references project (id),
    pattern text not null,
    created_at timestamptz not null,
    primary key (project_id, pattern)
)
