-- Samples of one metric, newest first.
create index metric_point_by_name on metric_point (project_id, name, ts)
