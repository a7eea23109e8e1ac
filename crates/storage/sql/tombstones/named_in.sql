-- Everybody whom rows of a flush name: 1 is a user, 2 an anonymous id.
select kind as "kind!", id as "id!" from (
    select actor_kind as kind, actor as id from event
    where project_id = $1 and received_at between $2 and $3 and flush_id = $4
    union
    select 2::int2, anonymous_id from event where project_id = $1 and received_at between $2 and $3 and flush_id = $4
    union
    select 1::int2, user_id from metric_point where project_id = $1 and received_at between $2 and $3 and flush_id = $4
    union
    select 1::int2, user_id from span where project_id = $1 and received_at between $2 and $3 and flush_id = $4
    union
    select 1::int2, user_id from log where project_id = $1 and received_at between $2 and $3 and flush_id = $4
    union
    select actor_kind, actor from error_report where project_id = $1 and received_at between $2 and $3 and flush_id = $4
    union
    select 1::int2, user_id from identity where project_id = $1 and received_at between $2 and $3 and flush_id = $4
    union
    select 2::int2, anonymous_id from identity where project_id = $1 and received_at between $2 and $3 and flush_id = $4
) named
where id is not null and kind > 0
