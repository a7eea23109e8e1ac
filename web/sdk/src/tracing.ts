// `@throughline/browser/tracing`: spans, moments, and the trace of a page carried on to the servers that it asks.
// Source of the header: W3C Trace Context, section 3.2.
import { parentOf, type SpanContext } from "./parent.ts";
import type { Host, Plugin } from "./plugin.ts";
import { route } from "./route.ts";
import { callsOf } from "./waiting.ts";
import type { SpanStatus } from "./wire.ts";

export interface TracingOptions {
  /** Origins beside the page's own that get a `traceparent` header with each `fetch`; they must allow that header. */
  propagateTo?: (string | RegExp)[];
  /** The program that works. */
  service?: string;
}

export interface SpanOptions {
  name: string;
  /** The kind of work, such as `http.client`. */
  op?: string;
  /** The span that it is part of, or the `traceparent` header that came with a request; the page view when absent. */
  parent?: SpanContext | string | undefined;
  attributes?: Record<string, unknown>;
}

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** The header that carries it on. */
  readonly traceparent: string;
  setAttribute(name: string, value: unknown): void;
  /** Ends it; only the first time. */
  end(options?: { status?: SpanStatus }): void;
}

export interface Moment extends Span {
  /** A step was reached. */
  checkpoint(name: string): void;
  /** It was given up. */
  abandon(): void;
}

const ATTRIBUTES_MAX = 64;
/** Open moments that a page which is left gives up by itself; the oldest go on without it. */
const MOMENTS_MAX = 100;
/** `traceparent` of any version but the forbidden one; ids of zeros are none. */
const HEADER = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-[\da-f]{2}(-|$)/;

let host: Host | undefined;
let service: string | undefined;
/** The trace of the page view; of what happens before `init`, the first one's. */
let trace: string | undefined;
const moments = new Set<Moment>();
const calls = callsOf("spans");

/** Random hex digits, not all zero. */
function hex(digits: number): string {
  let text = "";
  while (text.length < digits) text += (Math.random() * 16).toString(16)[0];
  return +`0x${text}` ? text : hex(digits);
}

const pageTrace = (): string | undefined => (trace ||= typeof document == "object" ? hex(32) : undefined);

/** The span that a header names; nothing when it names none. */
function named(parent: SpanContext | string | undefined): SpanContext | undefined {
  if (typeof parent != "string") return parent;
  const [, traceId, spanId] = HEADER.exec(parent.trim().toLowerCase()) || [];
  return traceId ? { traceId, spanId: spanId! } : undefined;
}

/** What the host says of a span; nothing when that cannot be read. */
function read(options: SpanOptions): { name: string; op?: string | undefined; trace_id?: string; span_id?: string; said: Record<string, unknown> } {
  const said = calls.quietly(() => ({ name: options.name, op: options.op, ...parentOf(named(options.parent)), said: { ...options.attributes } }));
  return said || { name: "", said: {} };
}

/** Begins a span. It is sent when it ends. */
export function startSpan(options: SpanOptions): Span {
  const { name, op, trace_id, span_id, said } = read(options);
  const traceId = trace_id || pageTrace() || hex(32);
  const spanId = hex(16);
  const start = calls.now();
  const from = performance.now();
  let open = true;
  return {
    traceId,
    spanId,
    traceparent: `00-${traceId}-${spanId}-01`,
    setAttribute(key, value) {
      calls.quietly(() => {
        if (key in said || Object.keys(said).length < ATTRIBUTES_MAX) said[key] = value;
      });
    },
    end(ended) {
      if (!open) return;
      open = false;
      const duration_ms = performance.now() - from;
      calls.capture(() => ({
        trace_id: traceId, span_id: spanId, parent_span_id: span_id, name, op, service, start, duration_ms, status: ended?.status || "ok", attributes: said,
      }));
    },
  };
}

/** Begins a named flow of several steps. */
export function startMoment(name: string, options?: Omit<SpanOptions, "name" | "op">): Moment {
  const from = performance.now();
  const span = startSpan({ name, op: "moment", ...(calls.quietly(() => ({ parent: options?.parent, attributes: options?.attributes })) as object) });
  const end: Span["end"] = (ended) => {
    moments.delete(moment);
    span.end(ended);
  };
  const moment: Moment = {
    ...span,
    end,
    checkpoint: (step) => void calls.quietly(() => span.setAttribute(`checkpoint.${step}`, performance.now() - from)),
    abandon: () => end({ status: "cancelled" }),
  };
  moments.add(moment);
  if (moments.size > MOMENTS_MAX) moments.delete(moments.values().next().value!);
  return moment;
}

/** A `fetch` that carries the trace on, and takes the time. */
function traced(original: typeof fetch, propagateTo: (string | RegExp)[]): typeof fetch {
  return function (this: unknown, input, init) {
    let span: Span | undefined;
    try {
      const url = new URL(input instanceof Request ? input.url : input, location.href);
      const ours = url.href.startsWith(`${host?.options.endpoint || location.origin}/v1/`);
      if (host && !ours && (url.origin == location.origin || propagateTo.some((one) => url.origin.search(one) == 0))) {
        const headers = new Headers(init?.headers || (input instanceof Request ? input.headers : undefined));
        const method = init?.method || (input instanceof Request ? input.method : "GET");
        span = startSpan({ name: `${method.toUpperCase()} ${url.pathname}`.slice(0, 200), op: "http.client", attributes: { route: route() } });
        headers.set("traceparent", span.traceparent);
        init = { ...init, headers };
      }
    } catch {
      // The request goes out as the page made it.
    }
    const answer = original.call(this as Window, input, init);
    if (span) {
      const { end, setAttribute } = span;
      answer.then(
        ({ status }) => {
          setAttribute("http.status_code", status);
          end({ status: status < 500 ? "ok" : "error" });
        },
        () => end({ status: "error" }),
      );
    }
    return answer;
  };
}

export const tracing =
  ({ propagateTo = [], service: name }: TracingOptions = {}): Plugin =>
  (given) => {
    host = given;
    service = name;
    calls.open(given);
    let isFirst = true;
    host.on("shared", (all) => {
      if (!isFirst) trace = undefined;
      isFirst = false;
      all.trace_id = pageTrace();
    });
    host.on("shutdown", () => (host = undefined));
    if (typeof document == "object") {
      const life = new AbortController();
      host.on("shutdown", () => life.abort());
      // Before the core says farewell. A page that the browser keeps may come back to its moments.
      addEventListener("pagehide", (event) => (event as PageTransitionEvent).persisted || [...moments].forEach(({ abandon }) => abandon()), {
        capture: true,
        signal: life.signal,
      });
    }
    if (typeof document == "object" && typeof fetch == "function") {
      const original = globalThis.fetch;
      const ours = (globalThis.fetch = traced(original, propagateTo));
      host.on("shutdown", () => {
        if (globalThis.fetch == ours) globalThis.fetch = original;
      });
    }
  };
