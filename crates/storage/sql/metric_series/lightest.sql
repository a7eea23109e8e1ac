-- Series that have a place, those with the fewest points since $3 first. One whose place changed hands since then has not
-- had time to show its weight, and keeps it. Cells are looked up by key, and not at all for what was seen earlier only.
select s.series_id, coalesce(h.points, 0) as "points!"
from metric_series s
left join lateral (
    select sum(c.n)::int8 as points
    from metric_hour c
    where c.project_id = $1 and c.series_id = s.series_id and c.bucket >= $3 and s.last_seen >= $3
) h on true
where s.project_id = $1 and s.name = $2 and not s.folded and not s.tags ? $4
    and (s.exchanged_at is null or s.exchanged_at <= $3)
order by coalesce(h.points, 0), s.last_seen, s.series_id
limit $5
