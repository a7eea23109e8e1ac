-- Moves a flush that failed too often. As JSON, so that a column that `pending` gets later moves along.
with gone as (
    delete from pending where project_id = $1 and flush_id = $2 and attempts >= $3 returning *
)
insert into dead_letter (project_id, id, first_failed_at, last_failed_at, attempts, error, flush)
select project_id, flush_id, coalesce(first_failed_at, $4), $4, attempts, coalesce(last_error, ''), to_jsonb(gone)
from gone
on conflict (project_id, id) do update
set last_failed_at = excluded.last_failed_at, attempts = excluded.attempts, error = excluded.error, flush = excluded.flush
