// The examples of the guides that this SDK follows, with our package's name: each does what its guide says.
import { createHash, createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { begin, FakeServer } from "./server.ts";

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const named = (signal: string): [string, unknown][] => server.items(signal).map(({ name, props, value }) => [name, props ?? value]);

describe("track and recordMetric", () => {
  test("events of a shop", async () => {
    const throughline = await begin();
    const sku = "A-123";
    const qty = 2;
    throughline.track("product.viewed", { props: { sku: "A-123", price: 99.99 } });
    throughline.track("cart.add", { props: { sku, qty } });
    throughline.track("checkout.completed", { props: { revenue: 99.99 } });
    throughline.track("feature.toggled", { props: { feature: "dark-mode", value: true } });
    await throughline.flush();
    expect(named("events")).toEqual([
      ["product.viewed", { sku: "A-123", price: 99.99 }],
      ["cart.add", { sku: "A-123", qty: 2 }],
      ["checkout.completed", { revenue: 99.99 }],
      ["feature.toggled", { feature: "dark-mode", value: true }],
    ]);
  });

  test("numbers, with tags and with the span that they were measured in", async () => {
    const { tracing, startSpan } = await import("@throughline/browser/tracing");
    const throughline = await begin({ plugins: [tracing()] });
    const cart = ["a", "b"];
    const file = { size: 1_024 };
    throughline.recordMetric("cart.size", cart.length);
    throughline.recordMetric("image.upload.bytes", file.size, { tags: { type: "avatar" } });
    const span = startSpan({ name: "db.query users" });
    const start = Date.now();
    throughline.recordMetric("db.query.duration_ms", Date.now() - start, { parent: span });
    span.end({ status: "ok" });
    await throughline.flush();
    expect(server.items("metrics")).toMatchObject([
      { name: "cart.size", value: 2 },
      { name: "image.upload.bytes", value: 1_024, tags: { type: "avatar" } },
      { name: "db.query.duration_ms", trace_id: span.traceId, span_id: span.spanId },
    ]);
    expect(server.items("spans")).toMatchObject([{ name: "db.query users", trace_id: span.traceId, span_id: span.spanId, status: "ok" }]);
  });

  test("trackAutoBreadcrumb, off by default, leaves events as breadcrumbs of the next exception", async () => {
    const { errors, captureException, captureMessage, addBreadcrumb } = await import("@throughline/browser/errors");
    const throughline = await begin({ capture: { trackAutoBreadcrumb: true }, plugins: [errors()] });
    throughline.track("product.viewed");
    throughline.track("cart.add", { props: { sku: "A-1" } });
    addBreadcrumb({ type: "navigation", message: "/checkout" });
    captureException(new TypeError("x is not a function", { cause: new Error("older") }));
    captureMessage("payment 500, fallback fired", { level: "warning" });
    await throughline.flush();
    const [exception, message] = server.items("errors");
    expect(exception).toMatchObject({
      type: "TypeError",
      message: "x is not a function",
      handled: true,
      cause: [{ type: "Error", message: "older" }],
      breadcrumbs: [{ message: "product.viewed" }, { message: "cart.add", data: { sku: "A-1" } }, { type: "navigation" }],
    });
    expect(exception!.stacktrace[0].file).toContain("examples.test.ts");
    expect(message).toMatchObject({ message: "payment 500, fallback fired", level: "warning" });
    expect(message).not.toHaveProperty("type");
    vi.resetModules();
    const plain = await import("@throughline/browser/errors");
    const other = await begin({ plugins: [plain.errors()] });
    other.track("cart.add");
    await other.flush();
  });

  test("a moment, with its checkpoints, done or given up", async () => {
    const { tracing, startMoment } = await import("@throughline/browser/tracing");
    const { flush } = await begin({ plugins: [tracing()] });
    const moment = startMoment("checkout");
    moment.checkpoint("address");
    moment.end();
    moment.abandon();
    startMoment("wizard").abandon();
    await flush();
    expect(server.items("spans")).toMatchObject([
      { name: "checkout", op: "moment", status: "ok", attributes: { "checkpoint.address": expect.any(Number) } },
      { name: "wizard", op: "moment", status: "cancelled" },
    ]);
  });
});

describe("the lifecycle guide", () => {
  test("its patterns, with props as the second argument", async () => {
    const tracker = await begin();
    tracker.track("page_view", { page_name: "home" });
    tracker.track("button_click", { button_id: "checkout", position: "header" });
    tracker.track("form_submit", { form_name: "signup", success: true });
    tracker.track("search", { query: "react hooks", results_count: 42 });
    tracker.track("add_to_cart", { product_id: "sku-123", quantity: 1, price: 29.99 });
    tracker.track("purchase", { order_id: "ord-456", total: 59.98, items_count: 2 });
    tracker.track("subscription_start", { plan: "pro", billing: "annual" });
    tracker.track("feature_used", { feature: "dark_mode", action: "enable" });
    tracker.track("experiment_exposure", { experiment: "new_checkout", variant: "B" });
    tracker.track("error", { type: "api_failure", endpoint: "/api/cart", status: 500 });
    await tracker.flush();
    expect(server.items("events")).toHaveLength(10);
    expect(named("events")[3]).toEqual(["search", { query: "react hooks", results_count: 42 }]);
  });
});

describe("the instrumentation guide", () => {
  test("counters, gauges, histograms and timers", async () => {
    const { metrics, flush } = await begin();
    metrics.increment("checkout.completed");
    metrics.increment("api.requests", { endpoint: "/users" });
    metrics.gauge("active_users", 41);
    metrics.histogram("api.latency", 12.5);
    metrics.count("jobs", 3, { unit: "jobs" });
    const timer = metrics.startTimer("database.query");
    timer.end();
    timer.end();
    await flush();
    expect(server.items("metrics")).toMatchObject([
      { name: "checkout.completed", value: 1, kind: "counter" },
      { name: "api.requests", value: 1, kind: "counter", tags: { endpoint: "/users" } },
      { name: "active_users", value: 41, kind: "gauge" },
      { name: "api.latency", value: 12.5 },
      { name: "jobs", value: 3, unit: "jobs" },
      { name: "database.query", unit: "ms" },
    ]);
  });

  test("a server speaks for many people", async () => {
    const { default: analytics, track, flush, exposure } = await begin();
    const order = { id: "ord-1", total: 149.99, items: [1, 2] };
    analytics.track({ userId: "u1", event: "purchase_completed", properties: { order_id: order.id, amount: order.total, items: order.items.length } });
    track({ userId: "u2", event: "purchase_completed", properties: {} });
    track("experiment_exposed", { experiment: "checkout_flow", variant: "treatment", userId: "u1" });
    exposure("checkout_flow", "treatment");
    await flush();
    expect(server.items("events")).toMatchObject([
      { name: "purchase_completed", user_id: "u1", props: { order_id: "ord-1", amount: 149.99, items: 2 } },
      { name: "purchase_completed", user_id: "u2" },
      { name: "experiment_exposed", props: { variant: "treatment" } },
      { name: "$exposure", props: { experiment: "checkout_flow", variant: "treatment" } },
    ]);
  });

  test("somebody has the same place in every client", async () => {
    const { share } = await import("@throughline/browser/sampling");
    // The same table stands in the Rust client's tests.
    expect(["u1", "ann@example.org", "zoë"].map((id) => Math.floor(share(id) * 1e6))).toEqual([142710, 773874, 907275]);
  });

  test("sampling keeps all of somebody or nothing, and says its rate", async () => {
    const { sampling, share } = await import("@throughline/browser/sampling");
    const { track, flush, report } = await begin({ plugins: [sampling(0.1)], flushAt: 5_000, ringItems: 5_000 });
    const kept = new Set<string>();
    for (let n = 0; n < 1_000; n++) {
      if (share(`u${n}`) < 0.1) kept.add(`u${n}`);
      track({ userId: `u${n}`, event: "page_viewed" });
      track({ userId: `u${n}`, event: "purchase_completed" });
    }
    await flush();
    const people = server.items("events").map(({ user_id }) => user_id as string);
    expect(new Set(people)).toEqual(kept);
    expect(people).toHaveLength(2 * kept.size);
    expect(kept.size).toBeGreaterThan(60);
    expect(kept.size).toBeLessThan(140);
    expect(server.items("events").every(({ sample_rate }) => sample_rate === 0.1)).toBe(true);
    expect(report().events.lost).toEqual({ sample_rate: 2_000 - people.length });
  });

  test("personal data is replaced by a keyed pseudonym, or removed", async () => {
    const { scrub, pseudonym } = await import("@throughline/browser/privacy");
    const { track, identify, flush } = await begin({ plugins: [scrub()] });
    const id = await pseudonym("ada@example.org", "a key of ours");
    expect(id).toBe(createHmac("sha256", "a key of ours").update("ada@example.org").digest("hex"));
    expect(id).not.toBe(createHash("sha256").update("ada@example.org").digest("hex"));
    identify(id, { plan: "pro", email: "ada@example.org" });
    track("signup_completed", { account_type: "team", userEmail: "ada@example.org", note: "write to ada@example.org", card: { number: "4111 1111 1111 1111" }, deep: [{ password: "x" }] });
    await flush();
    expect(server.items("events")).toMatchObject([{ name: "signup_completed", user_id: id, props: { account_type: "team", note: "write to [removed]", userEmail: "[removed]", card: { number: "[removed]" }, deep: [{ password: "[removed]" }] } }]);
    expect(JSON.stringify(server.sent)).not.toMatch(/ada@|4111|"x"/);
  });
});
