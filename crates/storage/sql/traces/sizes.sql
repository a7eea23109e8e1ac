-- How large some traces are, each by span_by_trace; none is counted beyond a limit.
select t.id as "trace_id!", count(*) as "spans!", count(*) filter (where s.status = $4) as "failed!",
    (array_agg(distinct s.service) filter (where s.service is not null))[1:8] as services
from unnest($2::uuid[]) as t (id)
cross join lateral (
    select status, service from span where project_id = $1 and trace_id = t.id limit $3
) s
group by t.id
