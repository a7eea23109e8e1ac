-- Events and error reports with an id that was stored before are left out. Off by default: it costs a unique index.
alter table project add column dedupe bool not null default false
