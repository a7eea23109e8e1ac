-- Any span by its start, for those of traces whose root never came, and for steps within.
create index span_by_time on span (project_id, ts)
