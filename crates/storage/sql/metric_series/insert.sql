-- No conflict can arise: only the holder of the project's work row interns, and it looked before.
insert into metric_series (project_id, series_id, name, kind, unit, environment, tags, tags_hash, first_seen, last_seen)
select $1, s.series_id, s.name, s.kind, s.unit, s.environment, s.tags, s.tags_hash, s.first_seen, s.last_seen
from unnest($2::int4[], $3::text[], $4::int2[], $5::text[], $6::text[], $7::jsonb[], $8::bytea[], $9::timestamptz[], $10::timestamptz[])
    as s (series_id, name, kind, unit, environment, tags, tags_hash, first_seen, last_seen)
