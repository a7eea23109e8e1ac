-- A project keeps about a thousand of them: no index is worth its writes.
select rejection_id, refused_at, signal, code, message, item_index, item_id, name, sdk, excerpt, batch_id, correlation_id
from rejection
where project_id = $1 and (item_id = $2 or batch_id = any($3::uuid[]))
order by rejection_id desc
limit $4
