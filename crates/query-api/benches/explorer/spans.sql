-- Traces of ten spans: the request and nine below it, of three services; every fiftieth trace failed.
insert into span (project_id, received_at, flush_id, n, batch_id, trace_id, span_id, parent_span_id, ts, duration_ms, name, op,
    service, status, attributes, environment, weight, flags)
select 1, at, md5((i / 500)::text)::uuid, (i % 500)::int4, md5((i / 500)::text)::uuid, md5('trace' || i / 10)::uuid, i + 1,
    case when i % 10 > 0 then i - i % 10 + 1 end, at, 1 + ((i * 7919) % 1000)::float8 * case when i % 10 = 0 then 2 else 0.3 end,
    case when i % 10 = 0 then 'GET /route/' || (i / 10) % 10 else 'step ' || i % 10 end,
    case when i % 10 = 0 then 'http.server' else 'db.query' end, 'service-' || i % 3, case when (i / 10) % 50 = 0 then 2 else 1 end,
    jsonb_build_object('route', '/route/' || (i / 10) % 10, 'attempt', i % 3), 'prod', 1, 0
from generate_series(0, $1::int8 - 1) i, lateral (select $2::timestamptz + make_interval(secs => $3::float8 * i / $1) as at) t
