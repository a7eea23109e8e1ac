-- Items that were stored of live signals, by key: what quotas are compared with.
create table usage_monthly (
    project_id int4 not null,
    -- Its first day, UTC.
    month date not null,
    key_id int4 not null,
    n int8 not null,
    primary key (project_id, month, key_id)
)
