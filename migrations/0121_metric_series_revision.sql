-- Goes up when a cell of an hour that was over is changed: whoever keeps decoded cells of such hours asks whether it has.
alter table metric_series add column revision int8 not null default 0
