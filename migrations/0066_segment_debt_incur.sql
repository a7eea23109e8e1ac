insert into segment_debt (project_id, received_from, received_until, flush_id)
select e.project_id, min(e.received_at), max(e.received_at), e.flush_id
from event e
where not exists (select from pending p where p.project_id = e.project_id and p.flush_id = e.flush_id)
group by e.project_id, date_trunc('day', e.received_at), e.flush_id
