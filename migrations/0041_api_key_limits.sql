-- What a key may send, within what its project may.
alter table api_key
    add column events_per_second int4 constraint api_key_events_per_second check (events_per_second >= 0),
    add column events_per_month int8 constraint api_key_events_per_month check (events_per_month >= 0)
