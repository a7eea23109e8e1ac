-- What became of data that is kept for a time: a row per project and type, written by the worker's job.
create table keeping (
    project_id int4 not null,
    -- protocol::keeping::DataType
    data_type text not null,
    -- The oldest day that was there at the last run; null when there was nothing.
    oldest_day date,
    -- The oldest day that is over and had to stay.
    held_day date,
    -- All that was ever freed.
    freed_rows int8 not null,
    freed_bytes int8 not null,
    freed_at timestamptz,
    ran_at timestamptz not null,
    primary key (project_id, data_type)
)
