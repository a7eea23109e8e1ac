-- Numbers of the series that a claim touches, with their place among the keys, since the hash alone names no tags.
select k.place as "place!", s.series_id, s.first_seen, s.last_seen, s.folded
from unnest($2::text[], $3::int2[], $4::text[], $5::bytea[]) with ordinality
    as k (name, kind, unit, tags_hash, place)
join metric_series s
    on s.project_id = $1
    and s.name = k.name
    and s.kind = k.kind
    and s.unit = k.unit
    and s.tags_hash = k.tags_hash
