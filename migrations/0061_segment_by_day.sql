-- The segments of a range.
create index segment_by_day on segment (project_id, day)
