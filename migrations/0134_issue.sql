-- Errors that are one fault: what is known of them beyond single reports, which it outlives, and what people decided.
create table issue (
    project_id int4 not null,
    -- Of the fingerprint; 0 holds what is beyond the limit of issues.
    issue_id int8 not null,
    -- The exception's type; null for a message.
    type text,
    -- Without what differs between reports, or names anybody: protocol::error_report::message.
    message text not null,
    culprit text,
    -- The worst: protocol::level::Level
    level int2 not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    -- Of the first report and the last one.
    first_release text,
    last_release text,
    -- protocol::issue::IssueStatus
    status int2 not null default 0,
    -- When that was decided or happened, and by whom; null as long as nobody did anything.
    status_at timestamptz,
    status_by text,
    -- Resolved: errors of this release and of earlier ones do not reopen it.
    resolved_in text,
    -- Ignored: until then, or until so many more errors; for good when both are null.
    ignored_until timestamptz,
    ignored_errors float8,
    -- The issue that this one is counted with.
    merged_into int8,
    primary key (project_id, issue_id)
)
