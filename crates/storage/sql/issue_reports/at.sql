-- One report by its time, and by its id among those of the same moment.
select level, type as kind, message, handled, stacktrace as "stacktrace: Json<Vec<Frame>>", cause as "cause: Json<Vec<Cause>>",
    breadcrumbs as "breadcrumbs: Json<Vec<Breadcrumb>>", tags as "tags: Json<std::collections::BTreeMap<String, String>>",
    context as "context: Json<Map<String, Value>>", trace_id, span_id, actor_kind, actor, session_id, route, service, release, environment
from error_report
where project_id = $1 and issue_id = any($2) and ts = $3 and event_id = $4 and received_at >= $5 and received_at < $6
limit 1
