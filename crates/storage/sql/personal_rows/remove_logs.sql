-- See remove_events.sql. What names no user is a person's by the session.
delete from log r
where r.project_id = $1 and r.received_at between $2 and $3
and (r.user_id = any($5) or r.user_id is null and r.session_id = any($6))
and case when $4::uuid is null then
    not exists (select from pending p where p.project_id = $1 and p.flush_id = r.flush_id)
    and not exists (select from dead_letter d where d.project_id = $1 and d.id = r.flush_id)
else r.flush_id = $4 end
