-- The worker merged what was there with what it counted, and whoever decides read what was there; both hold the project's work
-- row, so the new row replaces the old one.
insert into issue
    (project_id, issue_id, type, message, culprit, level, first_seen, last_seen, first_release, last_release, status, status_at,
    status_by, resolved_in, ignored_until, ignored_errors, merged_into)
select $1, i.issue_id, i.type, i.message, i.culprit, i.level, i.first_seen, i.last_seen, i.first_release, i.last_release, i.status,
    i.status_at, i.status_by, i.resolved_in, i.ignored_until, i.ignored_errors, i.merged_into
from unnest($2::int8[], $3::text[], $4::text[], $5::text[], $6::int2[], $7::timestamptz[], $8::timestamptz[], $9::text[], $10::text[],
    $11::int2[], $12::timestamptz[], $13::text[], $14::text[], $15::timestamptz[], $16::float8[], $17::int8[])
    as i (issue_id, type, message, culprit, level, first_seen, last_seen, first_release, last_release, status, status_at, status_by,
    resolved_in, ignored_until, ignored_errors, merged_into)
on conflict (project_id, issue_id) do update set
    type = excluded.type,
    message = excluded.message,
    culprit = excluded.culprit,
    level = excluded.level,
    first_seen = excluded.first_seen,
    last_seen = excluded.last_seen,
    first_release = excluded.first_release,
    last_release = excluded.last_release,
    status = excluded.status,
    status_at = excluded.status_at,
    status_by = excluded.status_by,
    resolved_in = excluded.resolved_in,
    ignored_until = excluded.ignored_until,
    ignored_errors = excluded.ignored_errors,
    merged_into = excluded.merged_into
