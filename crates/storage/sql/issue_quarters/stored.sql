-- The rows that are about to be changed, all of one project.
select q.issue_id, q.bucket, q.environment, q.n, q.weight, q.actors
from unnest($2::int8[], $3::timestamptz[], $4::text[]) as k (issue_id, bucket, environment)
join issue_quarter q
    on q.project_id = $1 and q.issue_id = k.issue_id and q.bucket = k.bucket and q.environment = k.environment
