-- Both sums of a day. Its 96 quarters are looked up one by one: the rollup has many more rows than those of all events.
select
    coalesce((
        select sum(q.n)::int8
        from generate_series(
            $2::date::timestamp at time zone 'UTC', ($2::date + 1)::timestamp at time zone 'UTC' - interval '15 minutes', interval '15 minutes'
        ) as b (bucket)
        join event_quarter q on q.project_id = $1 and q.bucket = b.bucket and q.dimension = 0
    ), 0) as "counted!",
    coalesce((select sum(events)::int8 from segment where project_id = $1 and day = $2), 0) as "in_segments!"
