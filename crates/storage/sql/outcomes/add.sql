-- Rows of one project, so unnest is one task on a distributed database too. Adding commutes: no row is read before.
insert into outcome_hourly (project_id, hour, signal, outcome, reason, sdk, n)
select $1, o.hour, o.signal, o.outcome, o.reason, o.sdk, o.n
from unnest($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int8[])
    as o (hour, signal, outcome, reason, sdk, n)
on conflict (project_id, hour, signal, outcome, reason, sdk) do update set n = outcome_hourly.n + excluded.n
