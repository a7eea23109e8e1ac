// The NEVER rule: no exception, no noise, whatever the caller hands over.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { begin, difference, FakeServer, load } from "./server.ts";

const hostile: unknown[] = [
  undefined, null, NaN, Infinity, 0, -1, "", "x".repeat(20_000), 10n, Symbol("s"), () => {}, [], [1], {}, new Date(NaN), new Map([[1, 2]]), new Error("e"), Object.create(null),
  new Proxy({}, { get: () => { throw new Error("get"); }, ownKeys: () => { throw new Error("keys"); }, has: () => { throw new Error("has"); } }),
  { get props() { throw new Error("getter"); } },
  { toJSON() { throw new Error("toJSON"); } },
  { toString() { throw new Error("toString"); }, event: {} },
  { props: { big: 10n, fn() {}, self: null as unknown } },
];

beforeEach(() => void new FakeServer());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("nothing that is handed over makes a function throw, say anything, or open the books", async () => {
  const noise = (["log", "warn", "error", "info", "debug"] as const).map((name) => vi.spyOn(console, name));
  const rejections: unknown[] = [];
  const hear = (reason: unknown): void => void rejections.push(reason);
  process.on("unhandledRejection", hear);
  const [{ errors, captureException, captureMessage, addBreadcrumb }, { tracing, startSpan, startMoment }, { scrub }, { sampling }] = await Promise.all([
    import("@throughline/browser/errors"),
    import("@throughline/browser/tracing"),
    import("@throughline/browser/privacy"),
    import("@throughline/browser/sampling"),
  ]);
  const sdk = await begin({ plugins: [errors(), tracing(), scrub(), sampling(0.99)] });
  const { init: _init, shutdown: _shutdown, default: _default, metrics: _metrics, flush: _flush, report: _report, consent: _consent, optOut: _optOut, ...calls } = sdk;
  for (const act of [...Object.values(calls), captureException, captureMessage, addBreadcrumb, startSpan, startMoment]) {
    for (const one of hostile) for (const other of hostile) (act as (...args: unknown[]) => void)(one, other, one);
  }
  expect(difference(sdk.report())).toEqual({});
  await sdk.flush();
  expect(difference(sdk.report())).toEqual({});
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", hear);
  expect(rejections).toEqual([]);
  for (const spy of noise) expect(spy).not.toHaveBeenCalled();
});

test("no option makes init throw, nor a ring grow without end", async () => {
  for (const one of hostile) {
    const sdk = await load();
    sdk.init(one as never);
    sdk.init({ key: `pk_${"0".repeat(32)}`, endpoint: one, flushInterval: one, flushAt: one, ringItems: one, ringBytes: one, retryFor: one, plugins: [one], beforeSend: one } as never);
    for (let n = 0; n < 20_000; n++) sdk.track("n", { n });
    expect(sdk.report().events.queued).toBeLessThanOrEqual(10_000);
    expect(difference(sdk.report())).toEqual({});
    await sdk.shutdown();
  }
});

test("nobody is identified by what is no id, and stays who they were", async () => {
  const server = new FakeServer();
  const { identify, alias, track, flush, report } = await begin();
  identify("u1");
  for (const id of [undefined, null, "", 0, {}, []]) identify(id as never);
  alias(undefined as never);
  track("still");
  await flush();
  expect(server.items("events")).toMatchObject([{ name: "still", user_id: "u1" }]);
  // Objects are the server's to refuse.
  expect(report().identities).toMatchObject({ made: 8, lost: { invalid_item: 5 } });
});
