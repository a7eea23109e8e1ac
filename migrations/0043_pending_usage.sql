-- Items of the flush by key (storage::usage::KeyUsage), folded into usage_monthly by the worker: committers of one key
-- would wait for one another on that row.
alter table pending add column usage jsonb not null default '[]'
