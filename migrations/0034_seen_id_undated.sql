-- Ids that carry no usable time; see batch_undated.
create table seen_id_undated partition of seen_id
for values from ('ff000000-0000-0000-0000-000000000000') to (maxvalue)
