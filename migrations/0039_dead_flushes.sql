-- Flushes that were left aside in `pending` before there were dead letters. The commit is the earliest they can have failed.
with gone as (
    delete from pending where attempts >= 5 returning *
)
insert into dead_letter (project_id, id, first_failed_at, last_failed_at, attempts, error, flush)
select project_id, flush_id, committed_at, committed_at, attempts, coalesce(last_error, ''), to_jsonb(gone)
from gone
