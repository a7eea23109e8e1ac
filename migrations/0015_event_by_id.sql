-- Finds one event by its id: ids are UUIDv7, so they lie close together in the heap, give or take late ones.
create index event_by_id on event using brin (event_id uuid_minmax_multi_ops)
