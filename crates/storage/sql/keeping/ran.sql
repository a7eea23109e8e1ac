-- What a run found, once it has done what it could.
insert into keeping (project_id, data_type, oldest_day, held_day, freed_rows, freed_bytes, ran_at) values ($1, $2, $3, $4, 0, 0, $5)
on conflict (project_id, data_type) do update
set oldest_day = excluded.oldest_day, held_day = excluded.held_day, ran_at = excluded.ran_at
