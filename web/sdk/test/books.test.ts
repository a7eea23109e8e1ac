// Exact loss accounting: what was captured is delivered, rejected, lost for a reason, or still here.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { begin, difference, FakeServer, KEY, load, taken } from "./server.ts";

let server: FakeServer;
beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the books", () => {
  test("a full ring gives up the oldest, and the server is told how many", async () => {
    const { track, flush, report } = await begin({ flushAt: 1000 });
    for (let n = 0; n < 620; n++) track("n", { n });
    expect(report().events).toMatchObject({ made: 620, queued: 500, lost: { queue_overflow: 120 } });
    await flush();
    expect(server.items("events").map(({ props }) => props.n)).toEqual(Array.from({ length: 500 }, (_, n) => n + 120));
    expect(server.sent.reduce((sum, { made }) => sum + made, 0)).toBe(620);
    expect(server.sent.reduce((sum, { lost }) => sum + (lost.queue_overflow ?? 0), 0)).toBe(120);
    expect(report().events).toEqual({ made: 620, delivered: 500, rejected: 0, queued: 0, lost: { queue_overflow: 120 } });
  });

  test("heavy items fill the ring before their number does", async () => {
    const { track, report } = await begin({ endpoint: "http://hangs", ringBytes: 100_000 });
    server.answer = () => new Promise(() => {});
    for (let n = 0; n < 100; n++) track("heavy", { text: "x".repeat(40_000) });
    expect(report().events.queued).toBe(2);
    expect(difference(report())).toEqual({});
  });

  test("an item that is too large, cannot be written, or is dropped by the host is counted by its reason", async () => {
    const { track, flush, report } = await begin({
      beforeSend: (item) => {
        if (item.name === "veto") return null;
        if (item.name === "throws") throw new Error("the host's");
        return item;
      },
    });
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    track("large", { text: "x".repeat(60_000) });
    track("cycle", cycle);
    track("veto");
    track("throws");
    track("kept");
    await flush();
    expect(report().events).toEqual({
      made: 5,
      delivered: 1,
      rejected: 0,
      queued: 0,
      lost: { item_too_large: 1, invalid_item: 2, before_send: 1 },
    });
  });

  test("the verdict of each item is booked", async () => {
    const { track, flush, report } = await begin();
    server.answer = (sent) => taken(sent, 2);
    for (let n = 0; n < 5; n++) track("n");
    await flush();
    expect(report().events).toMatchObject({ made: 5, delivered: 3, rejected: 2, queued: 0 });
  });

  test("a batch that is refused is lost, and its counts go with the next one", async () => {
    const { track, flush, report } = await begin();
    server.answer = () => Response.json({ code: "key_unknown" }, { status: 401 });
    track("one");
    await flush();
    expect(report().events.lost).toEqual({ send_error: 1 });
    expect(report().lastError).toBe("401 key_unknown");
    server.answer = (sent) => taken(sent);
    track("two");
    await vi.advanceTimersByTimeAsync(60_000);
    expect([...server.stored.values()].find((sent) => sent.signal === "events")).toMatchObject({ made: 2, lost: { send_error: 1 } });
  });

  test("the same batch is repeated unchanged until it is answered", async () => {
    const { track, flush, report } = await begin();
    server.answer = (sent, n) => (n < 3 ? new Error("reset") : taken(sent));
    track("one", { a: 1 });
    await flush();
    track("two");
    await vi.advanceTimersByTimeAsync(60_000);
    const [first, second, third] = server.sent;
    expect([second!.batch_id, third!.batch_id]).toEqual([first!.batch_id, first!.batch_id]);
    expect(third!.items).toEqual(first!.items);
    expect(report().events).toMatchObject({ made: 2, delivered: 2, queued: 0 });
  });

  test("Retry-After is obeyed, in seconds and as a date", async () => {
    const { track, flush } = await begin();
    server.answer = () => new Response(null, { status: 429, headers: { "retry-after": "120" } });
    track("one");
    await flush();
    await vi.advanceTimersByTimeAsync(119_000);
    expect(server.sent).toHaveLength(1);
    const date = new Date(Date.now() + 301_000).toUTCString();
    server.answer = () => new Response(null, { status: 503, headers: { "retry-after": date } });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(290_000);
    expect(server.sent).toHaveLength(2);
  });

  test("five failures open the circuit: one probe a minute or more, which reports itself", async () => {
    const { track, flush, report } = await begin();
    server.answer = () => new Error("reset");
    track("one");
    await flush();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(report().failedAttempts).toBe(5);
    const before = server.sent.length;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(server.sent.length - before).toBeGreaterThan(0);
    expect(server.sent.length - before).toBeLessThanOrEqual(2);
    server.answer = (sent) => taken(sent);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(report()).toMatchObject({ failedAttempts: 0, events: { delivered: 1 } });
    expect(server.items("metrics")).toMatchObject([{ name: "throughline.circuit_opened", kind: "counter" }]);
  });

  test.each([
    ["hangs", () => new Promise<Response>(() => {})],
    ["is reset", () => new Error("reset")],
    ["answers 500", () => new Response("<html>", { status: 500 })],
    ["answers 429 without end", () => new Response(null, { status: 429, headers: { "retry-after": "1" } })],
    ["answers something else", () => new Response("<html>login</html>", { status: 200 })],
    ["answers null", () => new Response("null", { status: 200 })],
    ["has no name", () => new TypeError("getaddrinfo ENOTFOUND")],
  ])("an hour of a server that %s: memory is bounded and the books close", async (_what, answer) => {
    const { track, recordMetric, identify, flush, report } = await begin();
    server.answer = answer;
    for (let minute = 0; minute < 60; minute++) {
      for (let n = 0; n < 300; n++) track("click", { minute, n });
      for (let n = 0; n < 300; n++) recordMetric("latency", n);
      identify(`u${minute}`);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(difference(report())).toEqual({});
      expect(report().events.queued).toBeLessThanOrEqual(1_000);
    }
    server.answer = (sent) => taken(sent);
    await vi.advanceTimersByTimeAsync(1_800_000);
    await flush();
    const books = report();
    expect(difference(books)).toEqual({});
    expect(books.events).toMatchObject({ made: 18_000, queued: 0 });
    expect(books.failures).toBe(0);
    if (_what !== "hangs") {
      // What the server was told adds up to what was made, and what it stored to what was delivered.
      const told = [...server.stored.values()].filter(({ signal }) => signal === "events");
      expect(told.reduce((sum, { made }) => sum + made, 0)).toBe(18_000);
      const lost = told.reduce((sum, batch) => sum + Object.values(batch.lost).reduce((n, m) => n + m, 0), 0);
      expect(lost + server.items("events").length).toBe(18_000);
      expect(server.items("events")).toHaveLength(books.events.delivered);
    }
  });

  test("an answer without end is read only so far", async () => {
    const { track, flush, report } = await begin();
    let chunks = 0;
    server.answer = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            chunks++;
            controller.enqueue(new Uint8Array(10_000).fill(32));
          },
        }),
        { status: 200 },
      );
    track("one");
    await flush();
    expect(chunks).toBeLessThan(20);
    expect(report().events.queued).toBe(1);
  });
});

describe("calls before init", () => {
  test("are made up for, and the first of many", async () => {
    const sdk = await load();
    for (let n = 0; n < 600; n++) sdk.track("early", { n });
    expect(sdk.report().events.made).toBe(100);
    sdk.init({ endpoint: "http://t.example", key: KEY });
    await sdk.flush();
    expect(sdk.report().events).toMatchObject({ made: 600, delivered: 500, lost: { queue_overflow: 100 } });
  });

  test("a secret key sends nothing", async () => {
    const { track, flush, report } = await begin({ key: `sk_${"0".repeat(64)}` });
    track("one");
    await flush();
    expect(server.sent).toEqual([]);
    expect(report().events.delivered).toBe(0);
  });
});

describe("batches", () => {
  test("hold at most 48 KiB, whatever alphabet their texts are in", async () => {
    const { track, flush } = await begin({ flushAt: 1000 });
    const bodies: number[] = [];
    const plain = globalThis.fetch;
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
      bodies.push(new TextEncoder().encode(init.body as string).length);
      return plain(url, init);
    });
    for (let n = 0; n < 200; n++) track("wide", { text: "語".repeat(300) });
    await flush();
    expect(server.items("events")).toHaveLength(200);
    expect(Math.max(...bodies)).toBeLessThanOrEqual(48 * 1024);
  });

  test("ids are UUIDv7 of the moment, and no two are alike", async () => {
    const { uuid } = await import("../src/uuid.ts");
    const ids = Array.from({ length: 20_000 }, () => uuid(1_700_000_000_123));
    expect(new Set(ids).size).toBe(20_000);
    for (const id of ids) expect(id).toMatch(/^018bcfe5-687b-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("items of one install are in order, by a sequence that never falls", async () => {
    const { track, flush } = await begin({ flushAt: 1000 });
    for (let n = 0; n < 50; n++) track("n");
    vi.setSystemTime(Date.now() - 86_400_000);
    track("the clock was set back");
    await flush();
    const order = server.items("events").map(({ seq }) => seq);
    expect(order).toEqual([...new Set(order)].sort((one, other) => one - other));
  });
});
