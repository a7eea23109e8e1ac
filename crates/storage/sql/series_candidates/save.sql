-- Only the holder of the project's work row comes here, and it added what was there to what it counted.
insert into series_candidate (project_id, name, kind, unit, tags_hash, environment, tags, points)
select $1, s.name, s.kind, s.unit, s.tags_hash, s.environment, s.tags, s.points
from unnest($2::text[], $3::int2[], $4::text[], $5::bytea[], $6::text[], $7::jsonb[], $8::int8[])
    as s (name, kind, unit, tags_hash, environment, tags, points)
on conflict (project_id, name, kind, unit, tags_hash) do update set points = excluded.points
