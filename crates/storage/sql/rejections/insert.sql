-- Rows of one project, so unnest is one task on a distributed database too.
insert into rejection
    (project_id, rejection_id, refused_at, signal, code, message, item_index, item_id, name, sdk, excerpt, batch_id, correlation_id)
select $1, r.rejection_id, $2, r.signal, r.code, r.message, r.item_index, r.item_id, r.name, r.sdk, r.excerpt, r.batch_id,
    r.correlation_id
from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::int4[], $8::text[], $9::text[], $10::text[], $11::text[],
    $12::uuid[], $13::text[])
    as r (rejection_id, signal, code, message, item_index, item_id, name, sdk, excerpt, batch_id, correlation_id)
