-- Spans of the flush, which the worker reads back to time endpoints. 0 in notes of an older version: their spans are not timed.
alter table pending add column spans int4 not null default 0
