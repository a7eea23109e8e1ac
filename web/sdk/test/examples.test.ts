// The examples of the guides that this SDK follows, with our package's name: each does what its guide says.
import { createHash, createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { begin, FakeServer, KEY } from "./server.ts";

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
    throughline.recordMetric("db.query.duration_ms", 42);
    throughline.recordMetric("image.upload.bytes", file.size, { tags: { type: "avatar" } });
    const span = startSpan({ name: "db.query users" });
    const start = Date.now();
    throughline.recordMetric("db.query.duration_ms", Date.now() - start, { parent: span });
    throughline.recordMetric("http.duration_ms", 850, { parent: span });
    span.end({ status: "ok" });
    await throughline.flush();
    expect(server.items("metrics")).toMatchObject([
      { name: "cart.size", value: 2 },
      { name: "db.query.duration_ms", value: 42 },
      { name: "image.upload.bytes", value: 1_024, tags: { type: "avatar" } },
      { name: "db.query.duration_ms", trace_id: span.traceId, span_id: span.spanId },
      { name: "http.duration_ms", value: 850, trace_id: span.traceId, span_id: span.spanId },
    ]);
    expect(server.items("metrics")[1]).not.toHaveProperty("trace_id");
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
    const other = await import("@throughline/browser");
    other.init({ endpoint: "http://t.example", key: KEY, plugins: [plain.errors()] });
    other.track("cart.add");
    plain.captureException(new Error("without a trail"));
    await other.flush();
    expect(server.items("errors").at(-1)).toMatchObject({ message: "without a trail", breadcrumbs: [] });
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
    expect(named("events")).toEqual([
      ["page_view", { page_name: "home" }],
      ["button_click", { button_id: "checkout", position: "header" }],
      ["form_submit", { form_name: "signup", success: true }],
      ["search", { query: "react hooks", results_count: 42 }],
      ["add_to_cart", { product_id: "sku-123", quantity: 1, price: 29.99 }],
      ["purchase", { order_id: "ord-456", total: 59.98, items_count: 2 }],
      ["subscription_start", { plan: "pro", billing: "annual" }],
      ["feature_used", { feature: "dark_mode", action: "enable" }],
      ["experiment_exposure", { experiment: "new_checkout", variant: "B" }],
      ["error", { type: "api_failure", endpoint: "/api/cart", status: 500 }],
    ]);
  });

  test("its tracker: batches by number and by time, and destroy sends what waits, after which nothing is sent", async () => {
    vi.useFakeTimers();
    const { shutdown: destroy, track } = await begin({ flushInterval: 5_000, flushAt: 20 });
    await vi.advanceTimersByTimeAsync(0);
    for (let n = 0; n < 20; n++) track("full", { n });
    await vi.advanceTimersByTimeAsync(1);
    expect(server.sent.map(({ items }) => items.length)).toEqual([20]);
    track("timed");
    await vi.advanceTimersByTimeAsync(4_900);
    expect(server.sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(server.sent).toHaveLength(2);
    track("destroyed");
    await destroy();
    expect(server.items("events").at(-1)).toMatchObject({ name: "destroyed" });
    track("too.late");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.items("events").map(({ name }) => name)).not.toContain("too.late");
    vi.useRealTimers();
  });
});

describe("the instrumentation guide", () => {
  test("counters, gauges, histograms and timers", async () => {
    const { metrics, flush } = await begin();
    metrics.increment("checkout.completed");
    metrics.increment("api.requests", { endpoint: "/users" });
    metrics.gauge("active_users", 41);
    metrics.gauge("queue_depth", 7);
    metrics.histogram("api.latency", 12.5);
    metrics.histogram("order.value", 149.99);
    metrics.count("jobs", 3, { unit: "jobs" });
    const timer = metrics.startTimer("database.query");
    timer.end();
    timer.end();
    await flush();
    expect(server.items("metrics")).toMatchObject([
      { name: "checkout.completed", value: 1, kind: "counter" },
      { name: "api.requests", value: 1, kind: "counter", tags: { endpoint: "/users" } },
      { name: "active_users", value: 41, kind: "gauge" },
      { name: "queue_depth", value: 7, kind: "gauge" },
      { name: "api.latency", value: 12.5 },
      { name: "order.value", value: 149.99 },
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

  test("a well-formed event, of a server that speaks for somebody", async () => {
    const { track, flush } = await begin({ release: "web@119.0" });
    const properties = {
      order_id: "ord_456789", order_value: 149.99, currency: "USD", payment_method: "credit_card", items_count: 3, discount_applied: true,
      discount_amount: 15, shipping_method: "standard",
    };
    track({ event: "checkout_completed", userId: "user_8x92j4k1", properties });
    await flush();
    expect(server.items("events")).toMatchObject([
      { name: "checkout_completed", user_id: "user_8x92j4k1", props: properties, ts: expect.any(Number), event_id: expect.any(String), release: "web@119.0" },
    ]);
  });

  test("a purchase on a server: event, duration, and a counter for how it went", async () => {
    const { default: analytics, metrics, flush } = await begin();
    const processOrder = async (body: { broken?: boolean }): Promise<{ id: string; total: number; items: number[] }> => {
      if (body.broken) throw Object.assign(new Error("declined"), { code: "card_declined" });
      return { id: "ord-1", total: 149.99, items: [1, 2, 3] };
    };
    const purchase = async (user: { id: string }, body: { broken?: boolean }): Promise<number> => {
      const startTime = Date.now();
      try {
        const order = await processOrder(body);
        analytics.track({ userId: user.id, event: "purchase_completed", properties: { order_id: order.id, amount: order.total, items: order.items.length } });
        metrics.histogram("purchase.processing.ms", Date.now() - startTime);
        metrics.increment("purchase.success");
        return 200;
      } catch (error) {
        metrics.increment("purchase.failed", { error_type: (error as { code: string }).code });
        return 500;
      }
    };
    expect([await purchase({ id: "u1" }, {}), await purchase({ id: "u2" }, { broken: true })]).toEqual([200, 500]);
    await flush();
    expect(server.items("events")).toMatchObject([{ name: "purchase_completed", user_id: "u1", props: { order_id: "ord-1", amount: 149.99, items: 3 } }]);
    expect(server.items("metrics")).toMatchObject([
      { name: "purchase.processing.ms", value: expect.any(Number) },
      { name: "purchase.success", value: 1, kind: "counter" },
      { name: "purchase.failed", value: 1, kind: "counter", tags: { error_type: "card_declined" } },
    ]);
  });

  test("an experiment: who saw which variant, and what it led to", async () => {
    const { default: analytics, flush } = await begin();
    const experiment = { experiment: "checkout_flow", variant: "treatment" };
    analytics.exposure(experiment.experiment, experiment.variant);
    analytics.track("experiment_exposed", { ...experiment, userId: "u1" });
    analytics.track("checkout_completed", { ...experiment, userId: "u1" });
    await flush();
    expect(named("events")).toEqual([
      ["$exposure", experiment],
      ["experiment_exposed", { ...experiment, userId: "u1" }],
      ["checkout_completed", { ...experiment, userId: "u1" }],
    ]);
  });

  test("events are validated against a schema before they are sent", async () => {
    const isPurchase = ({ order_id, amount, currency, items_count }: Record<string, unknown>): boolean =>
      typeof order_id === "string" &&
      typeof amount === "number" && amount >= 0 &&
      ["USD", "EUR", "GBP"].includes(currency as string) &&
      Number.isInteger(items_count) && (items_count as number) >= 1;
    const refused: unknown[] = [];
    const { track, flush, report } = await begin({
      beforeSend(item) {
        if (item.name !== "purchase_completed" || isPurchase(item.props as Record<string, unknown>)) return item;
        refused.push(item.props);
        return null;
      },
    });
    const fine = { order_id: "ord-1", amount: 0, currency: "EUR", items_count: 1 };
    track("purchase_completed", fine);
    for (const wrong of [{ order_id: 7 }, { amount: -1 }, { currency: "XXX" }, { items_count: 0.5 }]) track("purchase_completed", { ...fine, ...wrong });
    track("page_viewed");
    await flush();
    expect(named("events")).toEqual([["purchase_completed", fine], ["page_viewed", undefined]]);
    expect(refused).toHaveLength(4);
    expect(report().events).toMatchObject({ made: 6, delivered: 2, lost: { before_send: 4 } });
  });

  test("page views are sampled at a tenth, purchases are all kept", async () => {
    const { sampling } = await import("@throughline/browser/sampling");
    const { track, flush } = await begin({ plugins: [sampling(1, { page_viewed: 0.1 })], flushAt: 5_000, ringItems: 5_000 });
    for (let n = 0; n < 500; n++) {
      track({ userId: `u${n}`, event: "page_viewed" });
      track({ userId: `u${n}`, event: "purchase_completed" });
    }
    await flush();
    const of = (name: string): Record<string, unknown>[] => server.items("events").filter((item) => item.name === name);
    expect(of("purchase_completed")).toHaveLength(500);
    expect(of("purchase_completed").some((item) => "sample_rate" in item)).toBe(false);
    expect(of("page_viewed").length).toBeGreaterThan(25);
    expect(of("page_viewed").length).toBeLessThan(80);
    expect(of("page_viewed").every(({ sample_rate }) => sample_rate === 0.1)).toBe(true);
  });

  test("of a trace all spans are kept or none, in every client alike", async () => {
    const { sampling, share } = await import("@throughline/browser/sampling");
    const { tracing, startSpan } = await import("@throughline/browser/tracing");
    const { flush } = await begin({ plugins: [tracing(), sampling(0.5)], flushAt: 5_000, ringItems: 5_000 });
    const kept = new Set<string>();
    for (let n = 0; n < 100; n++) {
      const parent = startSpan({ name: "request" });
      startSpan({ name: "query", parent }).end();
      parent.end();
      // The 16 bytes that the id stands for are its key, as in the Rust client.
      if (share(Buffer.from(parent.traceId, "hex")) < 0.5) kept.add(parent.traceId);
    }
    await flush();
    expect(new Set(server.items("spans").map(({ trace_id }) => trace_id as string))).toEqual(kept);
    expect(server.items("spans")).toHaveLength(2 * kept.size);
    expect(kept.size).toBeGreaterThan(20);
    expect(kept.size).toBeLessThan(80);
  });

  test("a trace goes on from the header that came with a request", async () => {
    const { tracing, startSpan } = await import("@throughline/browser/tracing");
    const { flush } = await begin({ plugins: [tracing({ service: "api" })] });
    const header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const span = startSpan({ name: "GET /cart", op: "http.server", parent: header });
    expect(span.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
    span.end();
    for (const wrong of ["", "garbage", header.replace("00-", "ff-"), header.replace(/-.{32}-/, `-${"0".repeat(32)}-`)]) startSpan({ name: "alone", parent: wrong }).end();
    await flush();
    const [first, ...others] = server.items("spans");
    expect(first).toMatchObject({ trace_id: "4bf92f3577b34da6a3ce929d0e0e4736", parent_span_id: "00f067aa0ba902b7", service: "api" });
    expect(others).toHaveLength(4);
    for (const other of others) {
      expect(other).not.toHaveProperty("parent_span_id");
      expect(other.trace_id).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  test("a batcher of a hundred events and five seconds, in which nothing waits for a request", async () => {
    vi.useFakeTimers();
    server.answer = () => new Promise(() => {});
    const batcher = await begin({ flushInterval: 5_000, flushAt: 100 });
    await vi.advanceTimersByTimeAsync(0);
    for (let n = 0; n < 250; n++) batcher.track("high_volume", { n });
    expect(server.sent).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    // The call has returned although the server never answers, and what it does not take is not lost.
    expect(server.sent.map(({ items }) => items.length)).toEqual([250]);
    expect(batcher.report().events).toMatchObject({ made: 250, queued: 250 });
    server.answer = (sent) => Response.json({ accepted: sent.items.length, rejected: 0, duplicate: false, errors: [] }, { status: 202 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(batcher.report().events).toMatchObject({ delivered: 250, queued: 0 });
    vi.useRealTimers();
  });
});
