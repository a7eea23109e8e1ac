-- The row after the newest $2, where there is one, and everything older than it.
delete from rejection
where project_id = $1
    and (
        refused_at < $3
        or rejection_id <= (
            select rejection_id from rejection where project_id = $1 order by rejection_id desc offset $2 limit 1
        )
    )
