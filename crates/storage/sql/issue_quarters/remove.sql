-- Quarters in which nothing is left once a person is forgotten.
delete from issue_quarter q
using unnest($2::int8[], $3::timestamptz[], $4::text[]) as k (issue_id, bucket, environment)
where q.project_id = $1 and q.issue_id = k.issue_id and q.bucket = k.bucket and q.environment = k.environment
