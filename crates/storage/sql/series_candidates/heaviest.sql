-- A candidate that meanwhile has a place, as after the limit was raised, is none.
select c.kind, c.unit, c.environment, c.tags as "tags: _", c.points, s.series_id is null as "is_new!"
from series_candidate c
left join metric_series s
    on s.project_id = $1
    and s.name = c.name
    and s.kind = c.kind
    and s.unit = c.unit
    and s.tags_hash = c.tags_hash
where c.project_id = $1 and c.name = $2 and c.points >= $3 and coalesce(s.folded, true)
order by c.points desc, c.kind, c.unit, c.tags_hash
