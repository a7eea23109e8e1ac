-- Links between actors, made by the worker from `identity`: what joins actors into persons when something is counted.
-- A link is never deleted: undoing it is a mark. It holds no ids, only numbers of `actor`.
create table identity_link (
    project_id int4 not null,
    link_id int8 not null,
    -- The anonymous actor and the user; protocol::id::ActorKind.
    from_kind int2 not null,
    from_actor int8 not null,
    to_kind int2 not null,
    to_actor int8 not null,
    -- protocol::identity::IdentityKind
    cause int2 not null,
    -- When it was said first, and what said it.
    ts timestamptz not null,
    received_at timestamptz not null,
    flush_id uuid not null,
    last_ts timestamptz not null,
    times int8 not null,
    -- protocol::identity_link::Refusal, where the ids alone decide.
    refused int2,
    undone bool not null default false,
    -- When it was undone or restored last, and by whom.
    changed_at timestamptz,
    changed_by text,
    -- work.links_version of its last change that may change persons.
    version int8 not null,
    primary key (project_id, link_id),
    unique (project_id, from_actor, to_actor)
) with (fillfactor = 80)
