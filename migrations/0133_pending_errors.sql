-- Error reports of the flush, which the worker reads back into issues. 0 in notes of an older version: their reports have none.
alter table pending add column errors int4 not null default 0
