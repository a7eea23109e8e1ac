-- Days that were counted before there were segments, or lost them before that was noted: complete are those from the oldest
-- segment on, or from the oldest flush that is still to get its segments.
update work w set segments_from = coalesce(
    (select min(s.day) from segment s where s.project_id = w.project_id),
    (select min(d.received_from at time zone 'UTC')::date from segment_debt d where d.project_id = w.project_id),
    (now() at time zone 'UTC')::date
)
where exists (
    select from event_quarter q
    where q.project_id = w.project_id
        and q.bucket < coalesce(
            (select min(s.day) from segment s where s.project_id = w.project_id),
            (select min(d.received_from at time zone 'UTC')::date from segment_debt d where d.project_id = w.project_id),
            (now() at time zone 'UTC')::date
        )::timestamp at time zone 'UTC'
)
