-- Every column that a segment keeps. JSON goes as text: the worker takes it apart itself.
select event_id, ts, seq, actor_kind, actor, session_id, install_id, name, route, release, environment, country, os, browser, device,
    referrer, props::text as "props!", context::text, trace_id, is_bot, bot, weight
from event
where project_id = $1 and received_at between $2 and $3 and flush_id = $4
