-- Newest first. An actor that was erased leaves its links behind, without its id.
select l.link_id, l.from_kind, l.from_actor, coalesce(f.id, '') as "from_id!", l.to_kind, l.to_actor, coalesce(t.id, '') as "to_id!",
    l.cause, l.ts, l.received_at, l.last_ts, l.times, l.refused, l.undone, l.changed_at, l.changed_by
from identity_link l
left join actor f on f.project_id = $1 and f.number = l.from_actor
left join actor t on t.project_id = $1 and t.number = l.to_actor
where l.project_id = $1
    and l.link_id < $2
    and ($3::bool is null or l.undone = $3)
    and ($4::int8[] is null or l.from_actor = any($4) or l.to_actor = any($4))
    and ($5::int8[] is null or l.link_id = any($5) or l.refused is not null)
order by l.link_id desc
limit $6
