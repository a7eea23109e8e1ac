-- Those that got a place.
delete from series_candidate c
using unnest($2::text[], $3::int2[], $4::text[], $5::bytea[]) as k (name, kind, unit, tags_hash)
where c.project_id = $1 and c.name = k.name and c.kind = k.kind and c.unit = k.unit and c.tags_hash = k.tags_hash
