-- What a project may send; null is unlimited. The rate holds per ingest process, the quota per calendar month in UTC.
alter table project
    add column events_per_second int4 constraint project_events_per_second check (events_per_second >= 0),
    add column events_per_month int8 constraint project_events_per_month check (events_per_month >= 0)
