-- Puts a flush back among those that are to be counted, as if it had never failed. One that was buried before `pending` got
-- a column has nothing for it: the column's default stands first, and what the flush says replaces it.
with gone as (
    delete from dead_letter where project_id = $1 and id = $2 and flush is not null returning flush
)
insert into pending
select (jsonb_populate_record(null::pending, '{"usage": [], "items": 0, "spans": 0, "errors": 0}'::jsonb || gone.flush || '{"attempts": 0, "last_error": null, "first_failed_at": null}')).*
from gone
where (gone.flush ->> 'project_id')::int4 = $1
