-- How many days a project keeps what; protocol::keeping::KeepDays. Bounds as in protocol::limits.
alter table project
    add column keep_raw_days int4 not null default 30 constraint project_keep_raw_days check (keep_raw_days between 8 and 3650),
    add column keep_traces_days int4 not null default 14 constraint project_keep_traces_days check (keep_traces_days between 8 and 3650),
    add column keep_segments_days int4 not null default 400 constraint project_keep_segments_days check (keep_segments_days between 8 and 3650)
