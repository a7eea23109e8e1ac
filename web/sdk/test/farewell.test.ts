// @vitest-environment happy-dom
// A page that is hidden or left: what leaves with it, in how many requests, and what stays.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { begin, difference, FakeServer } from "./server.ts";

/** What browsers let beacons and requests that outlive their page carry at once. */
const ROOM = 64 * 1024;
let server: FakeServer;
let sdk: Awaited<ReturnType<typeof begin>> | undefined;
let requests: { keepalive: boolean; bytes: number }[];

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  server = new FakeServer();
  requests = [];
  const plain = globalThis.fetch;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    requests.push({ keepalive: init.keepalive === true, bytes: new TextEncoder().encode(init.body as string).length });
    return plain(url, init);
  });
});
afterEach(async () => {
  await sdk?.shutdown();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const leave = (persisted = false): void => void dispatchEvent(Object.assign(new Event("pagehide"), { persisted }));

/** Beacons, as a browser takes them: as many as there is room for. */
function beacons(room = ROOM): number[] {
  const taken: number[] = [];
  Object.defineProperty(navigator, "sendBeacon", {
    configurable: true,
    value: (_url: string, body: string) => {
      if ((room -= body.length) < 0) {
        room += body.length;
        return false;
      }
      taken.push(body.length);
      return true;
    },
  });
  return taken;
}

const text = "x".repeat(300);

test.each([["refuses all beacons", () => beacons(0)], ["has none", () => Object.defineProperty(navigator, "sendBeacon", { configurable: true, value: undefined })]])(
  "a browser that %s gets a few requests that outlive the page, not one for each item",
  async (_what, set) => {
    set();
    sdk = await begin({ flushAt: 1_000 });
    await vi.advanceTimersByTimeAsync(0);
    for (let n = 0; n < 400; n++) sdk.track("left", { n, text });
    leave();
    // 200 KiB in parts of at most 48 KiB, halved to no less than 8.
    expect(requests.length).toBeLessThanOrEqual(24);
    expect(requests.every(({ keepalive }) => keepalive)).toBe(true);
    expect(Math.max(...requests.map(({ bytes }) => bytes))).toBeLessThanOrEqual(24 * 1024);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sdk.report().events).toMatchObject({ made: 400, delivered: 400, queued: 0 });
    expect(server.items("events")).toHaveLength(400);
  },
);

test("what a beacon has no room for is halved until it fits", async () => {
  const taken = beacons();
  sdk = await begin({ flushAt: 1_000 });
  await vi.advanceTimersByTimeAsync(0);
  for (let n = 0; n < 400; n++) sdk.track("left", { n, text });
  leave();
  expect(taken.length).toBeGreaterThanOrEqual(2);
  expect(taken.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(ROOM);
  expect(Math.max(...taken)).toBeLessThanOrEqual(48 * 1024);
  // The page lives on: each item is stored once, however it left.
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sdk.report().events).toMatchObject({ made: 400, delivered: 400, queued: 0 });
  expect(difference(sdk.report())).toEqual({});
});

test("a server that asked to be left alone gets no beacons either, however often the page is hidden", async () => {
  const taken = beacons();
  sdk = await begin();
  server.answer = () => new Response(null, { status: 429, headers: { "retry-after": "600" } });
  sdk.track("one");
  await sdk.flush();
  expect(requests).toHaveLength(1);
  for (let n = 0; n < 10; n++) {
    sdk.track("hidden", { n });
    leave();
  }
  expect([taken.length, requests.length]).toEqual([0, 1]);
  expect(sdk.report().events).toMatchObject({ made: 11, queued: 11 });
});

test("a short Retry-After does not close the open circuit", async () => {
  beacons();
  sdk = await begin();
  server.answer = () => new Response(null, { status: 429, headers: { "retry-after": "1" } });
  sdk.track("one");
  await sdk.flush();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sdk.report().failedAttempts).toBe(5);
  const before = requests.length;
  await vi.advanceTimersByTimeAsync(59_000);
  expect(requests.length - before).toBeLessThanOrEqual(1);
});

test("an open moment is given up by a page that is gone, and goes on in one that may come back", async () => {
  const bodies: string[] = [];
  Object.defineProperty(navigator, "sendBeacon", { configurable: true, value: (_url: string, body: string) => bodies.push(body) });
  const { tracing, startMoment } = await import("@throughline/browser/tracing");
  sdk = await begin({ plugins: [tracing()] });
  await vi.advanceTimersByTimeAsync(0);
  const done = startMoment("done");
  done.end();
  const moment = startMoment("checkout");
  moment.checkpoint("address");
  const spans = (): { name: string; status: string }[] => bodies.flatMap((body) => JSON.parse(body).spans ?? []);
  leave(true);
  expect(spans()).toMatchObject([{ name: "done", status: "ok" }]);
  leave();
  expect(spans()).toMatchObject([{ name: "done" }, { name: "checkout", op: "moment", status: "cancelled", attributes: { "checkpoint.address": expect.any(Number) } }]);
  moment.end();
  leave();
  expect(spans()).toHaveLength(2);
});

test("what a client that stops could not send, a later page sends with /offline", async () => {
  beacons(0);
  const { offline } = await import("@throughline/browser/offline");
  const stopped = await begin({ plugins: [offline()] });
  server.answer = () => new Error("reset");
  stopped.track("kept");
  await stopped.shutdown();
  expect(stopped.report().events).toMatchObject({ made: 1, queued: 0, lost: { shutdown: 1 } });
  server.answer = (sent) => Response.json({ accepted: sent.items.length, rejected: 0, duplicate: false, errors: [] }, { status: 202 });
  sdk = await begin({ plugins: [offline()] });
  await sdk.flush();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.items("events").map(({ name }) => name)).toEqual(["kept"]);
});

test("a fill mark that is lowered sends as soon as it is reached", async () => {
  sdk = await begin({ flushAt: 3 });
  await vi.advanceTimersByTimeAsync(0);
  sdk.track("1");
  sdk.track("2");
  await vi.advanceTimersByTimeAsync(10);
  expect(requests).toHaveLength(0);
  sdk.track("3");
  await vi.advanceTimersByTimeAsync(10);
  expect(server.items("events").map(({ name }) => name)).toEqual(["1", "2", "3"]);
});

test("props that are no JSON object are counted by name, told to the server, and no fault of ours", async () => {
  beacons();
  const { auto } = await import("@throughline/browser/auto");
  document.body.innerHTML = `<button data-track="cta_click" data-track-props='{"position":"hero"}'>A</button>
    <button data-track="broken" data-track-props="{no">B</button><button data-track="list" data-track-props="[1]">C</button><button data-track="bare">D</button>`;
  sdk = await begin({ plugins: [auto({ pageViews: false })] });
  document.querySelectorAll("button").forEach((button) => button.click());
  await sdk.flush();
  expect(server.items("events").map(({ name, props }) => [name, props])).toEqual([["cta_click", { position: "hero" }], ["broken", {}], ["list", {}], ["bare", {}]]);
  expect(server.items("metrics")).toMatchObject([
    { name: "throughline.props_invalid", kind: "counter", value: 1, tags: { event: "broken" } },
    { name: "throughline.props_invalid", tags: { event: "list" } },
  ]);
  expect(sdk.report().failures).toBe(0);
});

test("a page that the browser brings back from its memory is viewed anew, and its dwell ends when it is hidden again", async () => {
  beacons();
  const { auto } = await import("@throughline/browser/auto");
  // A page's own clock begins before its scripts.
  await vi.advanceTimersByTimeAsync(10);
  sdk = await begin({ plugins: [auto({ clicks: false })] });
  await vi.advanceTimersByTimeAsync(40);
  leave(true);
  await vi.advanceTimersByTimeAsync(5_000);
  dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await vi.advanceTimersByTimeAsync(70);
  leave();
  await sdk.flush();
  expect(server.items("events").map(({ name, props }) => [name, props?.visible_ms])).toEqual([
    ["$pageview", undefined],
    ["$pageleave", 40],
    ["$pageview", undefined],
    ["$pageleave", 70],
  ]);
});

test.each([["Global Privacy Control", "globalPrivacyControl", true], ["Do Not Track", "doNotTrack", "1"]])("%s is a no", async (_what, name, value) => {
  beacons();
  Object.defineProperty(navigator, name, { configurable: true, value });
  sdk = await begin();
  sdk.track("one");
  await sdk.flush();
  expect(sdk.report().events).toMatchObject({ made: 1, lost: { consent: 1 } });
  Object.defineProperty(navigator, name, { configurable: true, value: undefined });
});
