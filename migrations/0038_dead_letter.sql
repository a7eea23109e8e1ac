-- What could not be counted or stored and waits for a person: it holds up nothing, and nothing of it is lost.
-- Uncompressed payloads are at most 10 MB (protocol::limits); errors are cut at 1,000 characters.
create table dead_letter (
    project_id int4 not null,
    -- The flush's id, or the batch's.
    id uuid not null,
    first_failed_at timestamptz not null,
    last_failed_at timestamptz not null,
    attempts int2 not null,
    error text not null,
    -- Of a flush that could not be counted: its row of `pending`, whatever columns that has. Its raw rows are stored.
    flush jsonb,
    -- Of a spooled batch that could not be stored: its record, as it lay in the spool.
    payload bytea,
    primary key (project_id, id),
    check (num_nonnulls(flush, payload) = 1)
)
