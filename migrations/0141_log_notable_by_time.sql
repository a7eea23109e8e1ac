-- What is worse than ordinary is rare, and looked for first: found without reading the rest. 13 is `warning`.
create index log_notable_by_time on log (project_id, ts) where level >= 13
