-- What people say of a metric: what it measures, and whom to ask.
create table metric_note (
    project_id int4 not null references project (id),
    name text not null,
    kind int2 not null,
    unit text not null,
    description text not null,
    owner text not null,
    made_by text not null,
    made_at timestamptz not null,
    primary key (project_id, name, kind, unit)
)
