-- From issue_quarter_by_bucket alone: no bitmap is read.
select issue_id, sum(weight) as "events!", count(*) as "rows!"
from issue_quarter
where project_id = $1 and bucket >= $2 and bucket < $3 and ($4::text is null or environment = $4)
group by issue_id
