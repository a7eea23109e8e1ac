-- How often each value of each attribute occurs inside a part of the time and outside of it, by (project_id, name, ts). Inside are
-- points from $9 to $10 of at least $11, where that is asked for. Values of no point inside are of no interest.
with point as (
    select tags, release, environment, user_id, (ts >= $9 and ts < $10 and ($11::float8 is null or value >= $11)) as inside
    from metric_point
    where project_id = $1 and name = $2 and kind = $3 and unit = $4
        and ts >= $5 and ts < $6
        and received_at >= $7 and received_at < $8
        and ($12::jsonb[] is null or (environment, tags) in (select t ->> 0, t -> 1 from unnest($12::jsonb[]) t))
), attribute as (
    select t.key, t.value, p.inside
    from point p
    cross join lateral jsonb_each_text(p.tags || jsonb_strip_nulls(jsonb_build_object('release', p.release, 'environment', p.environment, 'user', p.user_id))) as t (key, value)
    union all
    select null, null, inside from point
)
select key, value, count(*) filter (where inside) as "inside!", count(*) filter (where not inside) as "outside!"
from attribute
group by key, value
having key is null or count(*) filter (where inside) > 0
order by count(*) filter (where inside) desc
limit 5000
