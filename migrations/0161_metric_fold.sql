-- How far a project's hours have been folded into days: all days before `folded_until`, and of the day that begins there the
-- series below `next_series`. Whoever changes an hour of those changes its day, too.
create table metric_fold (
    project_id int4 primary key,
    -- The days of which clock. Another zone, or other rules of zones, makes other days: then all begins anew.
    zone text not null,
    zone_rules text not null,
    -- Null until the first day, and while days of another clock are removed.
    folded_until timestamptz,
    next_series int4 not null
)
