-- The books of delivery: what became of items, by the hour of receipt.
create table outcome_hourly (
    project_id int4 not null,
    hour timestamptz not null,
    -- protocol::outcome: Signal, Outcome
    signal text not null,
    outcome text not null,
    -- An item code, a loss reason, or empty.
    reason text not null,
    -- name/version, or empty.
    sdk text not null,
    n int8 not null,
    primary key (project_id, hour, signal, outcome, reason, sdk)
)
