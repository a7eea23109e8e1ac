-- One statement, asked before anything else is: whatever is counted after it makes an answer more complete than it says.
select
    -- History does not make the present incomplete.
    (select min(committed_at) from pending where project_id = $1 and not imported) as oldest_pending,
    coalesce((select links_version from work where project_id = $1), 0) as "links_version!",
    (select segments_from from work where project_id = $1) as segments_from,
    (
        select bucket from event_quarter
        where project_id = $1 and dimension = 0
            and bucket < (select segments_from from work where project_id = $1)::timestamp at time zone 'UTC'
        order by bucket desc
        limit 1
    ) as last_without,
    exists (select from segment_debt where project_id = $1) as "has_debts!"
