-- Spans without a parent by span_root_by_time, newest first. What is asked of columns is asked here; attributes only where they
-- are needed, since most of a span's bytes are theirs.
select trace_id, span_id, parent_span_id, ts, duration_ms, name, op, service, status, environment, release, user_id, session_id,
    case when $14 then attributes end as attributes
from span
where project_id = $1 and parent_span_id is null
    and ts >= $2 and ts < $3 and received_at >= $4 and received_at < $5
    and ($6::text is null or name = $6)
    and ($7::text is null or op = $7)
    and ($8::text is null or service = $8)
    and ($9::int2 is null or status = $9)
    and duration_ms >= $10 and duration_ms <= $11
    and ($12::uuid[] is null or trace_id in (select unnest($12::uuid[])))
order by ts desc
limit $13
