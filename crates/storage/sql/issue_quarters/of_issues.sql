-- Some issues' part of the primary key.
select issue_id, bucket, environment, n, weight, actors
from issue_quarter
where project_id = $1 and issue_id = any($2) and bucket >= $3 and bucket < $4 and ($5::text is null or environment = $5)
