-- Where it happened, as its issue says it: the innermost call of the application's own code.
alter table error_report add column culprit text
