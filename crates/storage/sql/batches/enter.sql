-- Rows of one project, so unnest is one task on a distributed database too. A row that exists is a duplicate and is
-- left out of the answer; a row that another transaction holds is waited for.
insert into batch (project_id, batch_id, flush_id, signal, received_at, body_hash, accepted, rejected, errors)
select $1, b.batch_id, $2, b.signal, $3, b.body_hash, b.accepted, b.rejected, b.errors
from unnest($4::uuid[], $5::int2[], $6::bytea[], $7::int4[], $8::int4[], $9::jsonb[])
    as b (batch_id, signal, body_hash, accepted, rejected, errors)
on conflict (project_id, batch_id) do nothing
returning batch_id
