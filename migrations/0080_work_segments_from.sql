-- Retention has taken segments of days before this one; null while none were taken. A late event may put a segment there
-- again, which says nothing about the rest of its day.
alter table work add column segments_from date
