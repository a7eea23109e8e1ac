-- Events of others that name a person's anonymous id stay theirs without it.
update event r set anonymous_id = null
where r.project_id = $1 and r.received_at between $2 and $3 and r.anonymous_id = any($5)
and case when $4::uuid is null then
    not exists (select from pending p where p.project_id = $1 and p.flush_id = r.flush_id)
    and not exists (select from dead_letter d where d.project_id = $1 and d.id = r.flush_id)
else r.flush_id = $4 end
