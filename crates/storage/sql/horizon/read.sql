-- One statement, asked before anything else is: whatever is counted after it makes an answer more complete than it says.
select
    -- History does not make the present incomplete.
    (select min(committed_at) from pending where project_id = $1 and not imported) as oldest_pending,
    coalesce((select links_version from work where project_id = $1), 0) as "links_version!",
    (select min(day) from segment where project_id = $1) as first_segment,
    (select min(bucket) from event_quarter where project_id = $1) as first_quarter,
    exists (select from segment_debt where project_id = $1) as "has_debts!"
