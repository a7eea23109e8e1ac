-- When the project's series were last weighed against those without a place.
alter table work add column series_weighed_at timestamptz
