-- Finds one report by its id, as event_by_id does.
create index error_report_by_id on error_report using brin (event_id uuid_minmax_multi_ops)
