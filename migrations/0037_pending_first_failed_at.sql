-- When counting a flush failed for the first time; its dead letter says it.
alter table pending add column first_failed_at timestamptz
