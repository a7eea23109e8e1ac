// Before `init`, and after the end: whatever is called is made up for, or counted.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { begin, difference, FakeServer, KEY, load } from "./server.ts";

const MOMENT = 300;
let server: FakeServer;
beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("before init", () => {
  test("what happens has its own time, whenever init comes", async () => {
    const sdk = await load();
    const { errors, captureException } = await import("@throughline/browser/errors");
    const then = Date.now();
    sdk.track("early");
    sdk.recordMetric("early", 1);
    sdk.identify("u1");
    captureException(new Error("early"));
    vi.setSystemTime(then + MOMENT);
    sdk.init({ endpoint: "http://t.example", key: KEY, plugins: [errors()] });
    await sdk.flush();
    for (const signal of ["events", "metrics", "identities", "errors"]) expect(server.items(signal).map(({ ts }) => ts)).toEqual([then]);
  });

  test("exceptions, messages and breadcrumbs are reported after it, each with the breadcrumbs of its time", async () => {
    const sdk = await load();
    const { errors, addBreadcrumb, captureException, captureMessage } = await import("@throughline/browser/errors");
    addBreadcrumb({ type: "navigation", message: "/cart" });
    captureException(new RangeError("no stock"));
    addBreadcrumb({ type: "navigation", message: "/checkout" });
    captureMessage("slow", { level: "warning" });
    sdk.init({ endpoint: "http://t.example", key: KEY, plugins: [errors({ service: "shop" })] });
    await sdk.flush();
    expect(server.items("errors")).toMatchObject([
      { type: "RangeError", handled: true, service: "shop", breadcrumbs: [{ message: "/cart" }] },
      { message: "slow", level: "warning", breadcrumbs: [{ message: "/cart" }, { message: "/checkout" }] },
    ]);
    expect(sdk.report()).toMatchObject({ failures: 0, errors: { made: 2, delivered: 2 } });
  });

  test("no filter is missed by what waited, wherever its plugin stands", async () => {
    const sdk = await load();
    const { errors, captureException } = await import("@throughline/browser/errors");
    const { scrub } = await import("@throughline/browser/privacy");
    captureException(new Error("ada@example.org"));
    sdk.init({ endpoint: "http://t.example", key: KEY, plugins: [errors(), scrub()] });
    await sdk.flush();
    expect(server.items("errors")).toMatchObject([{ message: "[removed]" }]);
  });

  test("spans and moments keep their names, attributes and duration, ended before it or after", async () => {
    const sdk = await load();
    const { tracing, startMoment, startSpan } = await import("@throughline/browser/tracing");
    const then = Date.now();
    const parent = startSpan({ name: "boot", op: "app", attributes: { cold: true } });
    const child = startSpan({ name: "config", parent });
    vi.advanceTimersByTime(MOMENT);
    child.end({ status: "error" });
    const moment = startMoment("onboarding", { attributes: { step: 1 } });
    sdk.init({ endpoint: "http://t.example", key: KEY, plugins: [tracing({ service: "shop" })] });
    moment.checkpoint("shown");
    moment.end();
    parent.end();
    await sdk.flush();
    expect(server.items("spans").toSorted((one, other) => one.name.localeCompare(other.name))).toMatchObject([
      { name: "boot", op: "app", start: then, service: "shop", attributes: { cold: true } },
      { name: "config", start: then, duration_ms: MOMENT, status: "error", parent_span_id: parent.spanId, trace_id: parent.traceId },
      { name: "onboarding", op: "moment", attributes: { step: 1, "checkpoint.shown": expect.any(Number) } },
    ]);
  });

  test("of more than 500 calls of a plugin the others are counted", async () => {
    const sdk = await load();
    const { errors, captureMessage } = await import("@throughline/browser/errors");
    for (let n = 0; n < 620; n++) captureMessage(`m${n}`);
    sdk.init({ endpoint: "http://t.example", key: KEY, plugins: [errors()] });
    await sdk.flush();
    expect(sdk.report().errors).toEqual({ made: 620, delivered: 500, rejected: 0, queued: 0, lost: { queue_overflow: 120 } });
    expect(server.items("errors")[0]).toMatchObject({ message: "m0" });
  });
});

describe("after shutdown", () => {
  test("everything that is made is counted as lost by it, as is what the server did not take", async () => {
    const { errors, captureException } = await import("@throughline/browser/errors");
    const sdk = await begin({ plugins: [errors()] });
    server.answer = () => new Error("reset");
    sdk.track("before");
    await sdk.shutdown();
    for (let n = 0; n < 600; n++) sdk.track("after", { n });
    captureException(new Error("after"));
    expect(sdk.report().events).toEqual({ made: 601, delivered: 0, rejected: 0, queued: 0, lost: { shutdown: 601 } });
    expect(sdk.report().errors).toMatchObject({ queued: 0 });
    expect(difference(sdk.report())).toEqual({});
  });

  test("a plugin's last word still leaves", async () => {
    const sdk = await begin({ plugins: [(host) => host.on("shutdown", () => host.track("last.word"))] });
    await sdk.shutdown();
    expect(server.items("events")).toMatchObject([{ name: "last.word" }]);
  });

  test("with a key that is not public nothing is sent, and all of it is counted", async () => {
    const { track, flush, report } = await begin({ key: `sk_${"0".repeat(64)}` });
    for (let n = 0; n < 700; n++) track("one");
    await flush();
    expect(server.sent).toEqual([]);
    expect(report().events).toMatchObject({ made: 700, queued: 0, lost: { shutdown: 700 } });
  });
});

describe("wrong arguments", () => {
  test("only counters count 1 when there is no value; what is no option is a tag", async () => {
    const sdk = await begin();
    server.answer = (sent) => Response.json({ accepted: 0, rejected: sent.items.filter(({ value }) => typeof value != "number").length, duplicate: false, errors: [] }, { status: 202 });
    for (const value of [undefined, null, { endpoint: "/" }]) sdk.gauge("d", value as never);
    sdk.gauge("g", 5, { endpoint: "/users" });
    sdk.count("c", undefined, { endpoint: "/users" });
    sdk.recordMetric("m", 2, { tags: { a: "b" }, unit: "ms" });
    await sdk.flush();
    const items = server.items("metrics");
    expect(items.slice(0, 3).map(({ value }) => value ?? null)).toEqual([null, null, { endpoint: "/" }]);
    expect(items.slice(3)).toMatchObject([
      { name: "g", value: 5, kind: "gauge", tags: { endpoint: "/users" } },
      { name: "c", value: 1, kind: "counter", tags: { endpoint: "/users" } },
      { name: "m", value: 2, tags: { a: "b" }, unit: "ms" },
    ]);
    expect(sdk.report().metrics).toMatchObject({ made: 6, rejected: 3, delivered: 3 });
  });
});

/** What bundlers make of the core for a runtime without a page. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "../src/index.ts")],
    bundle: true,
    format: "iife",
    globalName: "sdk",
    define: { VERSION: '"0"', PAGE: "globalThis.document" },
    write: false,
  });
  return outputFiles[0]!.text;
}

test("on an edge runtime, which has no page, and no randomness and no timers while it loads, it begins and sends", async () => {
  vi.useRealTimers();
  let isLoading = true;
  const refused = (): never => {
    throw new Error("Disallowed operation called within global scope");
  };
  const bodies: string[] = [];
  const edge: Record<string, unknown> = {
    Math: Object.assign(Object.create(Math) as typeof Math, { random: () => (isLoading ? refused() : Math.random()) }),
    setTimeout: (...given: Parameters<typeof setTimeout>) => (isLoading ? refused() : setTimeout(...given)),
    clearTimeout,
    TextEncoder, TextDecoder, URL, AbortSignal, performance,
    navigator: { userAgent: "edge" },
    fetch: async (_url: string, { body }: { body: string }) => {
      if (isLoading) refused();
      bodies.push(body);
      return Response.json({ accepted: 1, rejected: 0, duplicate: false, errors: [] }, { status: 202 });
    },
  };
  edge.globalThis = edge;
  runInNewContext(`${await bundled()}; sdk.init({ endpoint: "http://t.example", key: "${KEY}" }); globalThis.sdk = sdk;`, edge);
  isLoading = false;
  const sdk = edge.sdk as typeof import("@throughline/browser");
  sdk.track({ userId: "u1", event: "edge.request", properties: { status: 200 } });
  await sdk.flush();
  expect(sdk.report()).toMatchObject({ failures: 0, events: { made: 1, delivered: 1 } });
  expect(bodies.map((body) => JSON.parse(body))).toMatchObject([{ install_id: expect.stringMatching(/^[0-9a-f-]{36}$/), events: [{ name: "edge.request", user_id: "u1" }] }]);
  expect(bodies[0]).not.toContain("anonymous_id");
});

test("the docs' stub names every function of the client that can be called before it is there", async () => {
  const docs = readFileSync(join(import.meta.dirname, "../../../docs/browser.md"), "utf8");
  const stub = docs.match(/<script>\n([^<]*throughline = \{ q[^]*?)<\/script>/)![1]!;
  const place: { throughline?: Record<string, unknown> & { q: unknown[][] } } & Record<string, unknown> = { Date, performance };
  runInNewContext(stub, place);
  const { client } = await import("../src/client.ts");
  // What answers at once cannot wait.
  for (const name of Object.keys(client).filter((name) => name !== "report")) expect(place.throughline![name], name).toBeTypeOf("function");
  for (const name of ["exposure", "optIn", "optOut", "captureException", "captureMessage", "addBreadcrumb"]) expect(place.throughline![name], name).toBeTypeOf("function");
  const call = (name: string, ...args: unknown[]): unknown => (place.throughline![name] as (...args: unknown[]) => unknown)(...args);
  await (call("flush") as Promise<void>).then(() => {});
  (call("startTimer", "t") as { end(): void }).end();
  for (let n = 0; n < 620; n++) call("track", `n${n}`);
  // 500 calls, and one that says how many were too many.
  expect(place.throughline!.q).toHaveLength(501);
  expect(place.throughline!.q[1]).toMatchObject(["recordMetric", ["t", expect.any(Number), { unit: "ms" }], expect.any(Number)]);
  expect(place.throughline!.q[500]).toMatchObject(["count", ["throughline.stub_overflow", 122], expect.any(Number)]);
});
