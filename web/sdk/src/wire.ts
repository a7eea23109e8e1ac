// What crosses the wire. Written from the crate `protocol` by `make gen`: do not edit.

/** RFC 3339 text, or a number since 1970. */
export type Timestamp = string | number;

/** The fields that every batch carries beside its items. */
export interface Envelope {
  /** Identifies the batch: the same id is stored once. A UUIDv7 made when the batch is sealed, never re-cut. */
  batch_id?: string | undefined;
  /** The installation that sends; `seq` counts within it. */
  install_id?: string | undefined;
  /** Of those, the items that the SDK gave up, by reason. */
  lost?: Record<string, number> | undefined;
  /** Items that the SDK was asked to send since this signal's previous sealed batch, lost ones included. */
  made?: number | undefined;
  sdk?: Sdk | undefined;
  /** The sender's clock at this attempt; drives the correction of the items' times. */
  sent_at?: Timestamp | undefined;
}

/** A sending library. */
export interface Sdk {
  /** Such as `throughline-rust`. */
  name?: string | undefined;
  /** Such as `0.1.0`. */
  version?: string | undefined;
}

/** One event as a client sends it. Only `name` is required; unknown fields are ignored. camelCase spellings and those of common clients are accepted as aliases. */
export interface Event {
  /** The device or browser before sign-in. */
  anonymous_id?: string | undefined;
  context?: Context | undefined;
  /** Such as `prod`; `prod` when absent. */
  environment?: string | undefined;
  /** Identifies the event; a UUIDv7 made at capture. Made by the server when absent. */
  event_id?: string | undefined;
  /** What happened, such as `cart.add`. At most 200 bytes. */
  name: string;
  /** The event's own properties. */
  props?: Record<string, unknown> | undefined;
  /** The release of the sending application, such as `web@5.2`. */
  release?: string | undefined;
  /** The templated path, such as `/orders/:id`. */
  route?: string | undefined;
  /** The share of such events that is sent, above 0 and at most 1; the event counts 1 / `sample_rate`. */
  sample_rate?: number | undefined;
  /** The device's own order within its installation. */
  seq?: number | undefined;
  /** The SDK's session. */
  session_id?: string | undefined;
  span_id?: SpanId | undefined;
  trace_id?: TraceId | undefined;
  /** When it happened, by the sender's clock; the time of receipt when absent. */
  ts?: Timestamp | undefined;
  /** The signed-in user. */
  user_id?: string | undefined;
}

/** Where an event happened. The lifecycle guide's collector also puts user, session, page, time and version here; they count when the event itself does not have them. */
export interface Context {
  browser?: string | undefined;
  /** ISO 3166-1 alpha-2, such as `DE`. */
  country?: string | undefined;
  device?: string | undefined;
  locale?: string | undefined;
  os?: string | undefined;
  referrer?: string | undefined;
  release?: string | undefined;
  route?: string | undefined;
  /** Screen size, such as `390x844`. */
  screen?: string | undefined;
  session_id?: string | undefined;
  ts?: Timestamp | undefined;
  user_id?: string | undefined;
  /** Campaign parameters: `source`, `medium`, `campaign`, `term`, `content`. */
  utm?: Record<string, unknown> | undefined;
}

/** One metric point as a client sends it. `name` and `value` are required; unknown fields are ignored. */
export interface MetricPoint {
  /** Such as `prod`; `prod` when absent. */
  environment?: string | undefined;
  /** What the value means. */
  kind?: MetricKind | undefined;
  /** Such as `db.query.duration_ms`. At most 200 bytes. */
  name: string;
  /** The release of the sending application. */
  release?: string | undefined;
  /** The session in which it was measured. */
  session_id?: string | undefined;
  span_id?: SpanId | undefined;
  /** What the metric can be grouped and filtered by. `trace_id` and `span_id` in here are lifted out of it. */
  tags?: Record<string, string> | undefined;
  trace_id?: TraceId | undefined;
  /** When it was measured, by the sender's clock; the time of receipt when absent. */
  ts?: Timestamp | undefined;
  /** Such as `ms`, `bytes`, `usd`. */
  unit?: string | undefined;
  /** The user for whom it was measured. */
  user_id?: string | undefined;
  /** The number; a set also takes text. */
  value: MetricValue;
}

/** What a metric's values mean, and so which aggregates are right for it. */
export type MetricKind = "counter" | "gauge" | "distribution" | "set";

/** A point's value: a number, or text for a set. */
export type MetricValue = number | string;

/** One span as a client sends it. `trace_id`, `span_id`, `name` and one of `duration_ms` and `end` are required. */
export interface Span {
  /** What else is known, such as `http.status_code` or a moment's `checkpoint.<name>` in milliseconds. */
  attributes?: Record<string, unknown> | undefined;
  /** How long it took, in milliseconds, from a monotonic clock. */
  duration_ms?: number | undefined;
  /** When it ended; read when there is no `duration_ms`. */
  end?: Timestamp | undefined;
  /** Such as `prod`; `prod` when absent. */
  environment?: string | undefined;
  /** What was done, such as `POST /api/checkout`. At most 200 bytes. */
  name: string;
  /** The kind of work, such as `http.server`, `db.query`, `moment`. */
  op?: string | undefined;
  parent_span_id?: SpanId | undefined;
  /** The release of the sending application. */
  release?: string | undefined;
  /** The share of such spans that is sent, above 0 and at most 1; the span counts 1 / `sample_rate`. */
  sample_rate?: number | undefined;
  /** The program that did it. */
  service?: string | undefined;
  /** The session in which it was done. */
  session_id?: string | undefined;
  /** Its own id within the trace. */
  span_id: SpanId;
  /** When it began, by the sender's clock; `duration_ms` before its end, or before the time of receipt, when absent. */
  start?: Timestamp | undefined;
  /** How it ended. */
  status?: SpanStatus | undefined;
  /** The trace that it belongs to. */
  trace_id: TraceId;
  /** The user for whom it was done. */
  user_id?: string | undefined;
}

/** How a span ended. */
export type SpanStatus = "ok" | "error" | "cancelled";

/** One error as a client sends it. One of `type` and `message` is required; an item without a `type` is a message. */
export interface ErrorReport {
  /** The device or browser before sign-in. */
  anonymous_id?: string | undefined;
  /** What happened before, oldest first. At most 100. */
  breadcrumbs?: Breadcrumb[] | undefined;
  /** What caused it, nearest first. At most 10. */
  cause?: Cause[] | undefined;
  /** Where it happened: os, browser, device and what else is known. */
  context?: Record<string, unknown> | undefined;
  /** Such as `prod`; `prod` when absent. */
  environment?: string | undefined;
  /** Identifies the report; a UUIDv7 made at capture. Made by the server when absent. */
  event_id?: string | undefined;
  /** Says which reports are one issue, instead of type and stack; `{{ default }}` stands for these. At most 16 parts. */
  fingerprint?: string[] | undefined;
  /** The program caught it and went on. */
  handled?: boolean | undefined;
  level?: Level | undefined;
  /** What it says. At most 8 KiB. */
  message?: string | undefined;
  /** The release of the sending application. */
  release?: string | undefined;
  /** The templated path, such as `/orders/:id`. */
  route?: string | undefined;
  /** The share of such reports that is sent, above 0 and at most 1; the report counts 1 / `sample_rate`. */
  sample_rate?: number | undefined;
  /** The program that failed. */
  service?: string | undefined;
  /** The SDK's session. */
  session_id?: string | undefined;
  span_id?: SpanId | undefined;
  /** Where it happened, innermost call first. At most 250 frames. */
  stacktrace?: Frame[] | undefined;
  /** What reports can be filtered by. */
  tags?: Record<string, string> | undefined;
  trace_id?: TraceId | undefined;
  /** When it happened, by the sender's clock; the time of receipt when absent. */
  ts?: Timestamp | undefined;
  /** The exception's type, such as `PaymentGatewayTimeout`. */
  type?: string | undefined;
  /** The signed-in user. */
  user_id?: string | undefined;
}

/** One call of a stack. Unknown fields are ignored. */
export interface Frame {
  column?: number | undefined;
  file?: string | undefined;
  function?: string | undefined;
  /** The application's own code, not a library's. */
  in_app?: boolean | undefined;
  line?: number | undefined;
  module?: string | undefined;
}

/** An exception that led to another. */
export interface Cause {
  message?: string | undefined;
  stacktrace?: Frame[] | undefined;
  type?: string | undefined;
}

/** Something that happened before an error. */
export interface Breadcrumb {
  data?: Record<string, unknown> | undefined;
  level?: Level | undefined;
  message?: string | undefined;
  ts?: Timestamp | undefined;
  /** Such as `track`, `navigation`, `http`, `log`. */
  type?: string | undefined;
}

/** One log record as a client sends it. Only `body` is required; unknown fields are ignored. */
export interface LogRecord {
  /** What else is known. */
  attributes?: Record<string, unknown> | undefined;
  /** What it says. At most 8 KiB. */
  body: string;
  /** Such as `prod`; `prod` when absent. */
  environment?: string | undefined;
  /** How bad it is; `info` when absent. */
  level?: Level | undefined;
  /** The release of the sending application. */
  release?: string | undefined;
  /** The share of such records that is sent, above 0 and at most 1; the record counts 1 / `sample_rate`. */
  sample_rate?: number | undefined;
  /** The program that wrote it. */
  service?: string | undefined;
  /** The session in which it was written. */
  session_id?: string | undefined;
  span_id?: SpanId | undefined;
  trace_id?: TraceId | undefined;
  /** When it was written, by the sender's clock; the time of receipt when absent. */
  ts?: Timestamp | undefined;
  /** The user for whom it was written. */
  user_id?: string | undefined;
}

/** The levels, mildest first. Their order is that of OpenTelemetry's severity ranges. */
export type Level = "trace" | "debug" | "info" | "warning" | "error" | "fatal";

/** One identity as a client sends it; unknown fields are ignored. */
export interface Identity {
  /** The device or browser before sign-in; of an alias, the other id. */
  anonymous_id?: string | undefined;
  /** What it says. */
  kind?: IdentityKind | undefined;
  /** The device's own order within its installation. */
  seq?: number | undefined;
  /** The SDK's session. */
  session_id?: string | undefined;
  /** What is known of the person, such as `plan` or `role`. */
  traits?: Record<string, unknown> | undefined;
  /** When, by the sender's clock; the time of receipt when absent. */
  ts?: Timestamp | undefined;
  /** The signed-in user. */
  user_id?: string | undefined;
}

/** What an identity item says. */
export type IdentityKind = "identify" | "alias" | "reset";

/** The answer to a batch: 202, duplicates included. */
export interface BatchAnswer {
  /** Items stored. */
  accepted: number;
  /** The batch was stored before; the verdicts are those of the first time. */
  duplicate: boolean;
  /** Why, by item; at most the first 100. */
  errors: ItemError[];
  /** Items refused. */
  rejected: number;
}

/** One refused item. */
export interface ItemError {
  /** Why, for programs. */
  code: ItemCode;
  /** What to do about it. */
  hint: string;
  /** Position in the batch, from 0. */
  index: number;
  /** Why, for people, with what was found. */
  message: string;
}

/** Why an item was refused. A closed set; each has a paragraph in `docs/verdicts.md`. */
export type ItemCode = "malformed" | "name_missing" | "name_too_long" | "number_out_of_range" | "item_too_large" | "too_deep" | "too_many_keys" | "key_too_long" | "text_too_long" | "too_many_tags" | "time_unreadable" | "too_old" | "too_new" | "sample_rate_invalid" | "value_not_a_number" | "trace_id_invalid" | "duration_invalid" | "message_missing" | "too_many_parts" | "id_missing" | "not_storable";

/** 16 bytes, written as 32 lower-case hex digits; a UUID's dashes are accepted and dropped. Never all zero. */
export type TraceId = string;

/** 8 bytes, written as 16 lower-case hex digits. Never all zero. */
export type SpanId = string;

/** The kinds of signal. */
export type SignalName = "event" | "metric" | "span" | "error" | "log" | "identity";
