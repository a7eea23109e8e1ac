-- How many flushes from before the request, and dead letters, may still hold rows of the person.
select (select count(*) from pending where project_id = $1 and committed_at <= $2) as "flushes!",
    (select count(*) from dead_letter where project_id = $1) as "letters!"
