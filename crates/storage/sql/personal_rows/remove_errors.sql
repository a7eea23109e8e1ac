-- See remove_events.sql. What names nobody is a person's by the session.
delete from error_report r
where r.project_id = $1 and r.received_at between $2 and $3
and (r.actor_kind = 1 and r.actor = any($5) or r.actor_kind = 2 and r.actor = any($6)
    or r.actor_kind in (0, 3) and r.session_id = any($7))
and case when $4::uuid is null then
    not exists (select from pending p where p.project_id = $1 and p.flush_id = r.flush_id)
    and not exists (select from dead_letter d where d.project_id = $1 and d.id = r.flush_id)
else r.flush_id = $4 end
returning r.issue_id, r.ts, r.environment, r.weight
