// The browser SDK in Chromium against the real server: what was tracked is in Postgres, however the page ended.
import { afterEach, describe, expect, vi } from "vitest";
import type { Page } from "playwright-core";
import { complaintsOf } from "./complaints.ts";
import { test } from "./fixtures.ts";
import { Site, tags } from "./sdk-site.ts";
import type { DevServer } from "./server.ts";

const STORED_MS_MAX = 20_000;
let site: Site;
afterEach(() => site.close());

/** Waits until an answer of the database is as expected. */
async function stored(server: DevServer, question: string, rows: unknown[][]): Promise<void> {
  await vi.waitFor(async () => expect(await server.rows(question)).toEqual(rows), { timeout: STORED_MS_MAX, interval: 50 });
}

/** The page is hidden, as when another tab comes to the front: headless browsers have no other. */
async function hide(page: Page, hidden = true): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
}

describe("a page with the SDK", () => {
  test("sends what it tracked when it is closed at once", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys));
    const page = await visitors.stranger({ url: site.url });
    const complaints = await complaintsOf(page);
    await page.goto("/cart?token=secret#top");
    await page.evaluate(() => {
      for (let n = 0; n < 30; n++) window.throughline.track("closed.at_once", { n, sku: "A-1" });
    });
    await page.close({ runBeforeUnload: true });
    await stored(server, "select count(*)::int, min(route), count(distinct session_id)::int, count(distinct anonymous_id)::int from event where name = 'closed.at_once'", [
      [30, "/cart", 1, 1],
    ]);
    expect(complaints.filter((one) => !one.includes("ERR_ABORTED"))).toEqual([]);
  });

  test("sends more than one beacon holds when it is left for another page", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/");
    await page.evaluate(() => {
      for (let n = 0; n < 45; n++) window.throughline.track("left.heavy", { n, text: "x".repeat(3_000) });
    });
    await page.goto("/next");
    // A browser takes about 64 KiB of beacons and of requests that outlive a page: what it refuses cannot be sent by anybody.
    await vi.waitFor(
      async () => {
        const [[n]] = (await server.rows("select count(*)::int from event where name = 'left.heavy'")) as [[number]];
        expect(n).toBeGreaterThanOrEqual(15);
      },
      { timeout: STORED_MS_MAX, interval: 50 },
    );
  });

  test("sends when it is hidden, and learns the verdict when it lives on, without counting anything twice", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys, [], 'data-flush-interval="300"'));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/");
    await page.evaluate(() => {
      window.throughline.track("hidden.once", { a: 1 });
      window.throughline.recordMetric("hidden.metric", 42, { tags: { type: "avatar" }, unit: "ms" });
    });
    await hide(page);
    await stored(server, "select count(*)::int from event where name = 'hidden.once'", [[1]]);
    await hide(page, false);
    await vi.waitFor(
      async () => {
        const { events, metrics } = await page.evaluate(() => window.throughline.report());
        expect([events, metrics]).toMatchObject([
          { made: 1, delivered: 1, queued: 0, lost: {} },
          { made: 1, delivered: 1, queued: 0, lost: {} },
        ]);
      },
      { timeout: STORED_MS_MAX, interval: 50 },
    );
    expect(await server.rows("select count(*)::int from event where name = 'hidden.once'")).toEqual([[1]]);
    expect(await server.rows("select value, unit from metric_point where name = 'hidden.metric'")).toEqual([[42, "ms"]]);
  });

  test("identifies, forgets, and is one person from before to after", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/");
    await page.evaluate(async () => {
      window.throughline.track("who.before");
      window.throughline.identify("u-77", { plan: "pro" });
      window.throughline.track("who.after");
      window.throughline.reset();
      window.throughline.track("who.next");
      await window.throughline.flush();
    });
    const rows = (await server.rows("select name, actor, anonymous_id from event where name like 'who.%' order by seq")) as [string, string, string][];
    const [before, after, next] = rows;
    expect(rows.map(([name]) => name)).toEqual(["who.before", "who.after", "who.next"]);
    expect(after![1]).toBe("u-77");
    expect(before![2]).toBe(after![2]);
    expect(next![2]).not.toBe(after![2]);
    await page.reload();
    await page.evaluate(async () => {
      window.throughline.track("who.reloaded");
      await window.throughline.flush();
    });
    expect(await server.rows("select anonymous_id from event where name = 'who.reloaded'")).toEqual([[next![2]]]);
    expect(await server.rows("select kind, user_id from identity order by seq")).toMatchObject([[1, "u-77"], [3, "u-77"]]);
  });
});

describe("a single-page application with /auto", () => {
  test("is viewed once per route, with the time for which each was visible, and clicks are named by attributes", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys, ["auto"]));
    const page = await visitors.stranger({ url: site.url });
    const complaints = await complaintsOf(page);
    await page.goto("/?utm_source=email&utm_campaign=spring&token=secret");
    // Each step waits until so many events were made: a redirect within some milliseconds is one view.
    const go = async (made: number, change: () => void): Promise<void> => {
      await page.evaluate(change);
      await page.waitForFunction((made) => window.throughline.report().events.made >= made, made);
    };
    await go(1, () => {});
    await go(3, () => history.pushState(null, "", "/products"));
    await go(3, () => history.replaceState(null, "", "/products"));
    await go(5, () => {
      history.pushState(null, "", "/redirect");
      history.replaceState(null, "", "/products/42");
    });
    await go(7, () => history.back());
    await go(9, () => {
      location.hash = "#/settings";
    });
    await page.click("b");
    await page.getByText("Broken").click();
    const { failures } = await page.evaluate(() => window.throughline.report());
    await page.evaluate(() => window.throughline.flush());
    await page.close({ runBeforeUnload: true });
    await stored(server, "select name, route from event where name in ('$pageview', '$pageleave') order by seq", [
      ["$pageview", "/"],
      ["$pageleave", "/"],
      ["$pageview", "/products"],
      ["$pageleave", "/products"],
      ["$pageview", "/products/:id"],
      ["$pageleave", "/products/:id"],
      ["$pageview", "/products"],
      ["$pageleave", "/products"],
      ["$pageview", "/settings"],
      ["$pageleave", "/settings"],
    ]);
    const dwell = (await server.rows("select (props->>'visible_ms')::float from event where name = '$pageleave'")) as [number][];
    for (const [ms] of dwell) expect(ms).toBeGreaterThan(0);
    await stored(server, "select name, props from event where name in ('cta_click', 'broken') order by name", [
      ["broken", {}],
      ["cta_click", { position: "hero", variant: "primary" }],
    ]);
    expect(failures).toBe(1);
    expect(await server.rows("select context->'utm' from event where name = '$pageview' order by seq limit 1")).toEqual([[{ source: "email", campaign: "spring" }]]);
    expect(JSON.stringify(await server.rows("select context, route from event"))).not.toContain("secret");
    expect(complaints.filter((one) => !one.includes("ERR_ABORTED"))).toEqual([]);
  });
});

describe("a device without a network", () => {
  test("keeps batches with /offline, and a later page delivers them, each once", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys, ["offline"]));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/");
    await page.context().setOffline(true);
    await page.evaluate(async () => {
      for (let n = 0; n < 5; n++) window.throughline.track("offline.kept", { n });
      await window.throughline.flush();
      // What a page sends when it is closed escapes the browser's own switch.
      navigator.sendBeacon = () => false;
      window.fetch = () => Promise.reject(new TypeError("offline"));
    });
    const context = page.context();
    await page.close();
    expect(await server.rows("select count(*)::int from event where name = 'offline.kept'")).toEqual([[0]]);
    await context.setOffline(false);
    const later = await context.newPage();
    await later.goto("/");
    await stored(server, "select count(*)::int from event where name = 'offline.kept'", [[5]]);
    await vi.waitFor(async () => expect(await later.evaluate(() => window.throughline.report().events)).toMatchObject({ made: 5, delivered: 5, queued: 0 }), {
      timeout: STORED_MS_MAX,
      interval: 50,
    });
    expect(await later.evaluate(() => Object.keys(localStorage).filter((name) => name.includes(".batch.")))).toEqual([]);
  });
});

describe("consent", () => {
  test("pending stores nothing on the device and sends nothing; a yes sends what waited, a no forgets it", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys, [], 'data-consent="pending"'));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/");
    const asked: string[] = [];
    page.on("request", (request) => void asked.push(request.url()));
    await page.evaluate(async () => {
      window.throughline.track("consent.waited");
      await window.throughline.flush();
    });
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    expect(asked.filter((url) => url.includes("/v1/"))).toEqual([]);
    await page.evaluate(async () => {
      window.throughline.consent("granted");
      await window.throughline.flush();
    });
    await stored(server, "select count(*)::int from event where name = 'consent.waited'", [[1]]);
    await page.evaluate(async () => {
      window.throughline.consent("denied");
      window.throughline.track("consent.denied");
      await window.throughline.flush();
    });
    expect(await page.evaluate(() => Object.values(localStorage))).toEqual(['{"consent":"denied"}']);
    expect(await page.evaluate(() => window.throughline.report().events.lost)).toEqual({ consent: 1 });
  });

  test("Global Privacy Control is a no until somebody says yes", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys));
    const page = await visitors.stranger({ url: site.url });
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { value: true }));
    await page.goto("/");
    const report = await page.evaluate(async () => {
      window.throughline.track("gpc");
      await window.throughline.flush();
      return window.throughline.report().events;
    });
    expect(report).toMatchObject({ made: 1, lost: { consent: 1 } });
  });
});

describe("errors, traces and vitals", () => {
  test("an exception, the spans of its page and its vitals are stored, joined by one trace", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys, ["tracing", "errors", "vitals"]));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/checkout");
    await page.click("h1");
    await page.evaluate(async () => {
      window.throughline.track("cart.add", { sku: "A-1" });
      await fetch("/api/pay", { method: "POST" });
      setTimeout(() => {
        throw new RangeError("no stock");
      }, 0);
      await Promise.reject(new Error("payment")).catch((error) => window.throughline.captureException(error));
      await new Promise((resolve) => setTimeout(resolve, 50));
      await window.throughline.flush();
    });
    await hide(page);
    const [[trace]] = (await server.rows("select replace(trace_id::text, '-', '') from event where name = 'cart.add'")) as [[string]];
    expect(site.asked.get("/api/pay")?.traceparent).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
    await stored(server, "select name from span", [["POST /api/pay"]]);
    const errors = (await server.rows("select type, message, handled from error_report order by message")) as unknown[][];
    expect(errors).toEqual([
      ["RangeError", "no stock", false],
      ["Error", "payment", true],
    ]);
    await vi.waitFor(
      async () => {
        const report = await page.evaluate(() => window.throughline.report().metrics);
        expect(report.made).toBeGreaterThanOrEqual(3);
      },
      { timeout: STORED_MS_MAX, interval: 50 },
    );
  });
});

describe("the cost of a call", () => {
  test("is printed, and a burst is no long task", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys, ["auto"]));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/");
    const { nanoseconds, longTasks } = await page.evaluate(async () => {
      const longTasks: number[] = [];
      new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
      const blocks: number[] = [];
      for (let block = 0; block < 60; block++) {
        const start = performance.now();
        for (let n = 0; n < 400; n++) window.throughline.track("cart.add", { sku: "A-1", qty: 2, price: 9.5 });
        blocks.push(((performance.now() - start) / 400) * 1e6);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      await window.throughline.flush();
      return { nanoseconds: blocks.sort((one, other) => one - other)[30]!, longTasks };
    });
    console.log(`track, three props: ${Math.round(nanoseconds)} ns (median of 60 blocks); long tasks: ${longTasks.length}`);
    expect(nanoseconds).toBeGreaterThan(0);
  });
});
