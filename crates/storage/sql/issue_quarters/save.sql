-- What was there is merged already, see event_quarters/save.sql.
insert into issue_quarter (project_id, issue_id, bucket, environment, n, weight, actors)
select $1, q.issue_id, q.bucket, q.environment, q.n, q.weight, q.actors
from unnest($2::int8[], $3::timestamptz[], $4::text[], $5::int8[], $6::float8[], $7::bytea[])
    as q (issue_id, bucket, environment, n, weight, actors)
on conflict (project_id, issue_id, bucket, environment)
do update set n = excluded.n, weight = excluded.weight, actors = excluded.actors
