-- The ledger: one row per batch that was stored. A batch whose row exists is a duplicate and stores nothing.
-- UUIDv7 order is time order, so uniqueness holds within a day's partition and expiry drops a partition.
create table batch (
    project_id int4 not null,
    batch_id uuid not null,
    flush_id uuid not null,
    -- 1 event, 2 metric, 9 import: the same id on another endpoint is another content.
    signal int2 not null,
    received_at timestamptz not null,
    -- SHA-256 of the raw bytes of the item list, its first 16 bytes.
    body_hash bytea not null,
    accepted int4 not null,
    rejected int4 not null,
    -- The first answer's item errors, repeated to duplicates.
    errors jsonb not null,
    primary key (project_id, batch_id)
) partition by range (batch_id)
