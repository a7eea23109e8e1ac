-- The trace of a session that began nearest to a moment. Spans that name nobody else are in span_by_sender, those that name a user
-- too in span_by_session.
select near.trace_id as "trace_id!"
from (
    (
        select trace_id, ts
        from span
        where project_id = $1 and coalesce(user_id, session_id) = $2 and session_id is not null and user_id is null
            and ts >= $3 and ts < $4 and received_at >= $5 and received_at < $6
        order by abs(extract(epoch from ts - $7::timestamptz))
        limit 1
    )
    union all
    (
        select trace_id, ts
        from span
        where project_id = $1 and session_id = $2 and user_id is not null
            and ts >= $3 and ts < $4 and received_at >= $5 and received_at < $6
        order by abs(extract(epoch from ts - $7::timestamptz))
        limit 1
    )
) near
order by abs(extract(epoch from near.ts - $7::timestamptz))
limit 1
