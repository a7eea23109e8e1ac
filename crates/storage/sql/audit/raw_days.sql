-- Not counted yet, or never: the events of flushes that wait, that lie among the dead letters, or that were discarded there.
select (e.ts at time zone 'UTC')::date as "day!", count(*) as "events!"
from event e
where e.project_id = $1
    and e.ts >= $2::date::timestamp at time zone 'UTC'
    and not exists (select from pending p where p.project_id = e.project_id and p.flush_id = e.flush_id)
    and not exists (select from dead_letter d where d.project_id = e.project_id and d.id = e.flush_id)
    and not exists (select from discarded_flush d where d.project_id = e.project_id and d.flush_id = e.flush_id)
group by 1
order by 1
