-- Ids are UUIDv7, so the primary key walked backwards is time walked backwards.
select rejection_id, refused_at, signal, code, message, item_index, item_id, name, sdk, excerpt, batch_id, correlation_id
from rejection
where project_id = $1
    and ($2::text is null or signal = $2)
    and refused_at >= $3
    and rejection_id <> all($4::uuid[])
order by rejection_id desc
limit $5
