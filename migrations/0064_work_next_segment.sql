-- The next free number of a segment.
alter table work add column next_segment int8 not null default 1
