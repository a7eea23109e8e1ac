-- What people call too much or too little: a list of protocol::explorer::Threshold.
alter table metric_note add column thresholds jsonb not null default '[]'
