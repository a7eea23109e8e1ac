-- People who asked to be forgotten. The worker carries each on until nothing is left, wherever it was broken off.
create table erasure (
    project_id int4 not null,
    erasure_id uuid not null,
    asked_at timestamptz not null,
    asked_by text not null,
    -- storage::erasures::Targets as long as it runs; null once it is finished, so that no id is kept here either.
    targets jsonb,
    actors int4 not null,
    -- Rows that were removed, by place.
    found jsonb not null default '{}',
    -- What has to happen before it can finish.
    waits_for text,
    finished_at timestamptz,
    primary key (project_id, erasure_id)
)
