-- A discarded flush is remembered: its raw rows are there and are in no figure.
with gone as (
    delete from dead_letter where project_id = $1 and id = $2 returning project_id, id, flush
), remembered as (
    insert into discarded_flush (project_id, flush_id, discarded_at)
    select project_id, id, $3 from gone where flush is not null
    on conflict do nothing
)
select count(*) as "n!" from gone
