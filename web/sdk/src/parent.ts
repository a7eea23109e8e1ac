// The span that something belongs to, in the spellings that tracers use.

export interface SpanContext {
  traceId?: string;
  spanId?: string;
  trace_id?: string;
  span_id?: string;
}

/** Its fields on the wire. */
export const parentOf = (span?: SpanContext): object | undefined =>
  span && { trace_id: span.traceId || span.trace_id, span_id: span.spanId || span.span_id };
