-- What accounts keep under a name: `view` is a page of the project with what it looks at, `segment` a filter. At most 200 that all
-- accounts of a project see, and 200 of each account for itself.
create table saved (
    project_id int4 not null references project (id),
    id uuid not null,
    kind text not null check (kind in ('view', 'segment')),
    name text not null,
    -- The page below the project with its query, or the filter.
    what text not null,
    -- The one account that sees it; null for all of the project.
    private_to int4 references account (id) on delete cascade,
    made_by text not null,
    made_at timestamptz not null,
    primary key (project_id, id)
)
