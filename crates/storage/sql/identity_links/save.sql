-- New links, and what was said again: the first time of a link counts, whenever it arrives. Only the holder of the project's
-- work row gives numbers, so that a link that is there already comes with its own.
insert into identity_link as l (project_id, link_id, from_kind, from_actor, to_kind, to_actor, cause, ts, received_at, flush_id, last_ts,
    times, refused, version)
select $1, s.link_id, s.from_kind, s.from_actor, s.to_kind, s.to_actor, s.cause, s.ts, s.received_at, s.flush_id, s.last_ts, s.times,
    s.refused, $2
from unnest($3::int8[], $4::int2[], $5::int8[], $6::int2[], $7::int8[], $8::int2[], $9::timestamptz[], $10::timestamptz[], $11::uuid[],
    $12::timestamptz[], $13::int8[], $14::int2[])
    as s (link_id, from_kind, from_actor, to_kind, to_actor, cause, ts, received_at, flush_id, last_ts, times, refused)
on conflict (project_id, from_actor, to_actor) do update set
    cause = case when excluded.ts < l.ts then excluded.cause else l.cause end,
    received_at = case when excluded.ts < l.ts then excluded.received_at else l.received_at end,
    flush_id = case when excluded.ts < l.ts then excluded.flush_id else l.flush_id end,
    version = case when excluded.ts < l.ts then excluded.version else l.version end,
    ts = least(excluded.ts, l.ts),
    last_ts = greatest(excluded.last_ts, l.last_ts),
    times = l.times + excluded.times
