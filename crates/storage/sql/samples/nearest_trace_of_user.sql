-- By span_by_sender: the trace of a user that began nearest to a moment.
select trace_id
from span
where project_id = $1 and coalesce(user_id, session_id) = $2 and user_id = $2
    and ts >= $3 and ts < $4 and received_at >= $5 and received_at < $6
order by abs(extract(epoch from ts - $7::timestamptz))
limit 1
