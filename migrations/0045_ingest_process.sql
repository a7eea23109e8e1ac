-- Who accepts signals, and how they do: each ingest process renews its row every few seconds.
create table ingest_process (
    process_id uuid not null primary key,
    started_at timestamptz not null,
    seen_at timestamptz not null,
    -- protocol::delivery::ProcessState
    state jsonb not null
)
