-- A project whose flush still needs the rows of a time: it is not counted, has no segments yet, or is a dead letter, which
-- somebody may replay.
select project_id as "project_id!" from pending where received_from < $2 and received_until >= $1
union all
select project_id from segment_debt where received_from < $2 and received_until >= $1
union all
select project_id from dead_letter
where flush is not null and (flush ->> 'received_from')::timestamptz < $2 and (flush ->> 'received_until')::timestamptz >= $1
limit 1
