-- Adds what was freed to what was freed before.
insert into keeping (project_id, data_type, freed_rows, freed_bytes, freed_at, ran_at) values ($1, $2, $3, $4, $5, $5)
on conflict (project_id, data_type) do update
set freed_rows = keeping.freed_rows + excluded.freed_rows, freed_bytes = keeping.freed_bytes + excluded.freed_bytes,
    freed_at = excluded.freed_at, ran_at = excluded.ran_at
