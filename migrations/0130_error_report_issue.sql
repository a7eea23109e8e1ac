-- The issue that the report belongs to, by its fingerprint (protocol::error_report::fingerprint). Null in reports of an older
-- version: they belong to none.
alter table error_report add column issue_id int8
