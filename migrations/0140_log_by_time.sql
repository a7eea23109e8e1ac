-- Log records by their own time; how many of each level from the index alone, which has the time of receipt for that.
create index log_by_time on log (project_id, ts) include (level, weight, received_at)
