-- Why an event is a robot's: its class and the word that gave it away, `crawler:googlebot`. Null for people.
-- Nullable and without a default: no row is rewritten, and processes of the version before go on writing.
alter table event add column bot text
