-- The bytes are compressed already. (CREATE TABLE takes no storage clause before Postgres 16.)
alter table segment_part alter column bytes set storage external
