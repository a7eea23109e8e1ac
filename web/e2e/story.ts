// One customer of the made-up shop, with everything that can be known of somebody: for the page of one person.
import type { Signals } from "./signals.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Who it is, by every id. */
export const ANN = { user: "ann@example.org", phone: "ann-phone", laptop: "ann-laptop" };
/** The issue of the payment that failed: what its fingerprint comes to. */
export const FAILED_ISSUE = "2775de94b946053f";
/** The trace of the payment that failed. */
export const FAILED_TRACE = "4f1c9e2ab07d4c55a1b2c3d4e5f60718";
/** A night's work in many steps. */
export const LONG_TRACE = "4f1c9e2ab07d4c55a1b2c3d4e5f60720";
export const LONG_STEPS = 2_000;
const PAGE_TRACE = "4f1c9e2ab07d4c55a1b2c3d4e5f60719";

/** Two visits: one on the phone, unknown, who signs in; and one today, when paying fails. */
export async function tellStory(signals: Signals, now: number): Promise<void> {
  const at = (ago: number) => new Date(now - ago).toISOString();
  const first = 2 * DAY + 3 * 60 * MINUTE;
  const today = 42 * MINUTE;
  const phone = { anonymous_id: ANN.phone, session_id: "s-phone", release: "ios@5.1.0", context: { country: "DE", os: "iOS", browser: "Safari" } };
  const laptop = { user_id: ANN.user, anonymous_id: ANN.laptop, session_id: "s-today", release: "web@2.14.0", context: { country: "DE", os: "macOS", browser: "Firefox" } };
  await signals.post("track", {
    events: [
      { name: "$pageview", ts: at(first), route: "/", ...phone, context: { ...phone.context, referrer: "https://search.example/" } },
      { name: "search", ts: at(first - 65_000), route: "/search", props: { query: "two person tent", results: 18 }, ...phone },
      { name: "$pageview", ts: at(first - 190_000), route: "/account/orders", ...phone, user_id: ANN.user },
      { name: "$pageview", ts: at(today), route: "/products/:id", trace_id: PAGE_TRACE, ...laptop },
      { name: "cart.add", ts: at(today - 96_000), route: "/products/:id", props: { sku: "TENT-2P", qty: 1, price: 129 }, ...laptop },
      { name: "$pageview", ts: at(today - 150_000), route: "/checkout", ...laptop },
      { name: "checkout.submitted", ts: at(today - 390_000), route: "/checkout", trace_id: FAILED_TRACE, props: { value: 184.5, currency: "EUR", items: 3 }, ...laptop },
      { name: "$pageleave", ts: at(today - 540_000), route: "/checkout", props: { visible_ms: 68_000 }, ...laptop },
    ],
  });
  await signals.post("identify", {
    identities: [
      { kind: "identify", user_id: ANN.user, anonymous_id: ANN.phone, session_id: "s-phone", ts: at(first - 180_000), traits: { plan: "guest", locale: "de-DE" } },
      { kind: "identify", user_id: ANN.user, anonymous_id: ANN.laptop, session_id: "s-today", ts: at(today - 100_000), traits: { plan: "member", orders: 4, newsletter: true } },
    ],
  });
  await signals.post("spans", {
    spans: [
      { trace_id: PAGE_TRACE, span_id: "00f067aa0ba902b1", name: "GET /products/:id", op: "http.server", service: "shop", start: at(today + 30), duration_ms: 48.2 },
      { trace_id: FAILED_TRACE, span_id: "00f067aa0ba902b2", name: "POST /api/checkout", op: "http.server", service: "shop", start: at(today - 390_020), duration_ms: 2_840, status: "error" },
      { trace_id: FAILED_TRACE, span_id: "00f067aa0ba902b3", parent_span_id: "00f067aa0ba902b2", name: "charge card", op: "http.client", service: "payments", start: at(today - 390_120), duration_ms: 2_004, status: "error", user_id: ANN.user },
    ],
  });
  const night = nightsWork(now - 5 * 60 * MINUTE);
  for (let from = 0; from < night.length; from += 500) await signals.post("spans", { spans: night.slice(from, from + 500) });
  await signals.post("logs", {
    logs: [{ ts: at(today - 391_900), level: "warning", body: "payment gateway slow, retry 1 of 1", service: "payments", trace_id: FAILED_TRACE }],
  });
  await signals.post("errors", {
    errors: [
      {
        ts: at(today - 392_860),
        type: "PaymentGatewayTimeout",
        message: "gateway did not answer within 2000 ms",
        handled: true,
        stacktrace: [
          { function: "charge", file: "src/gateway.rs", line: 118, column: 9, in_app: true },
          { function: "pay", file: "src/order.rs", line: 73, in_app: true },
          { function: "call", file: "axum/src/handler.rs", line: 210 },
          { function: "poll", file: "tokio/src/task.rs", line: 331 },
        ],
        cause: [{ type: "Elapsed", message: "deadline has elapsed" }],
        breadcrumbs: [
          { ts: at(today - 390_100), type: "track", message: "checkout.submitted", data: { items: 3 } },
          { ts: at(today - 391_900), type: "log", level: "warning", message: "payment gateway slow, retry 1 of 1" },
        ],
        tags: { gateway: "north" },
        context: { os: "Linux" },
        service: "payments",
        route: "/checkout",
        trace_id: FAILED_TRACE,
        user_id: ANN.user,
        session_id: "s-today",
        release: "api@3.18.2",
      },
      { ts: at(today - 9 * 60_000), type: "TypeError", message: "Cannot read properties of undefined (reading 'price')", handled: false, level: "fatal", route: "/cart", release: "web@2.14.0" },
      { ts: at(today - 8 * 60_000), message: "cart 4711 has no price", level: "warning", route: "/cart", release: "web@2.14.0" },
    ],
  });
  await signals.post("metrics", {
    metrics: [
      { name: "http.server.duration_ms", kind: "distribution", value: 2_840, unit: "ms", tags: { route: "/api/checkout", status: "502" }, trace_id: FAILED_TRACE, user_id: ANN.user, ts: at(today - 392_860) },
      { name: "cart.size", kind: "gauge", value: 3, unit: "items", tags: { shop: "north" }, user_id: ANN.user, session_id: "s-today", ts: at(today - 200_000) },
    ],
  });
}

/** A job that reads and writes two thousand times, every tenth step within the one before; one of them fails. */
function nightsWork(begin: number): object[] {
  const id = (step: number) => (step + 1).toString(16).padStart(16, "0");
  const span = (step: number, parent: number | undefined, name: string, service: string, start: number, duration_ms: number) => ({
    trace_id: LONG_TRACE,
    span_id: id(step),
    ...(parent === undefined ? {} : { parent_span_id: id(parent) }),
    name,
    op: step === 0 ? "job" : "db.query",
    service,
    start: new Date(begin + start).toISOString(),
    duration_ms,
    status: step === 1_500 ? "error" : "ok",
  });
  const steps = Array.from({ length: LONG_STEPS - 1 }, (_, before) => {
    const step = before + 1;
    const ten = step - (step % 10);
    return step % 10 === 0
      ? span(step, 0, `batch ${step / 10}`, "nightly", step * 20, 195)
      : span(step, ten, step % 2 === 0 ? "SELECT stock" : "UPDATE stock", "postgres", step * 20, 15);
  });
  return [span(0, undefined, "rebuild stock", "nightly", 0, LONG_STEPS * 20), ...steps];
}
