-- Rows of the flush, of every signal: how much waits, and how much is counted per second. `events` and `points` are what the
-- worker reads back. 0 in notes of an older version.
alter table pending add column items int4 not null default 0
