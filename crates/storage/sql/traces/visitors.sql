-- Who events and errors of a trace are of where they name no user, by event_by_trace and error_report_by_trace. 0 is nobody, 1 a user.
select distinct session_id, actor_kind as "kind!", actor as "id!"
from (
    (select session_id, actor_kind, actor from event where project_id = $1 and trace_id = $2 and actor_kind > 1 limit $3)
    union all
    (select session_id, actor_kind, actor from error_report where project_id = $1 and trace_id = $2 and actor_kind > 1 limit $3)
) as signals
order by 2, 3, 1
