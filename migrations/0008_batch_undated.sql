-- Batches whose id carries no usable time: their id is a UUIDv8 that begins with ff (see storage::batches).
-- Swept by received_at, since no day can be dropped.
create table batch_undated partition of batch
for values from ('ff000000-0000-0000-0000-000000000000') to (maxvalue)
