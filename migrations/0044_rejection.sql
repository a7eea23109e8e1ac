-- What was refused lately, for people who look for it: items beside the rows of their flush, whole requests once a second.
-- A window, not a record: the worker keeps the newest 1,000 of a project and nothing older than 7 days. The books count all.
create table rejection (
    project_id int4 not null,
    -- A UUIDv7 of the moment of refusal.
    rejection_id uuid not null,
    refused_at timestamptz not null,
    -- protocol::outcome::Signal; null where the request was refused before that was known.
    signal text,
    -- protocol::verdict::ItemCode for an item, protocol::problem::ProblemCode for a request.
    code text not null,
    message text not null,
    -- Position in the batch; null for a whole request.
    item_index int4,
    -- As sent, cut to 200 bytes.
    item_id text,
    name text,
    sdk text not null,
    -- Begins like the item; values of keys that name secrets are masked.
    excerpt text not null,
    -- The ledger's id, where the batch got that far.
    batch_id uuid,
    -- Finds a refused request in the server's log.
    correlation_id text,
    primary key (project_id, rejection_id)
)
