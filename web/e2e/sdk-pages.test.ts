// The browser SDK in Chromium against the real server: what was tracked is in Postgres, however the page ended.
import { afterEach, describe, expect, vi } from "vitest";
import type { Page } from "playwright-core";
import { complaintsOf } from "./complaints.ts";
import { test } from "./fixtures.ts";
import { Site, tags } from "./sdk-site.ts";
import type { DevServer } from "./server.ts";

const STORED_MS_MAX = 20_000;
const RUNS_MAX = 12;
/** The number that stands for a span's status. */
const CANCELLED = 3;
let site: Site;
afterEach(() => site.close());

/** Waits until an answer of the database is as expected. */
async function stored(server: DevServer, question: string, rows: unknown[][]): Promise<void> {
  await vi.waitFor(async () => expect(await server.rows(question)).toEqual(rows), { timeout: STORED_MS_MAX, interval: 50 });
}

/** An address at which nobody listens. */
async function nobody(): Promise<string> {
  const once = await Site.open("");
  await once.close();
  return once.url.replace("localhost", "127.0.0.1");
}

/** The page is hidden, as when another tab comes to the front: headless browsers have no other, so this is simulated. */
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
    expect(failures).toBe(0);
    expect(await server.rows("select value, tags->>'event' from metric_point where name = 'throughline.props_invalid'")).toEqual([[1, "broken"]]);
    expect(await server.rows("select context->'utm' from event where name = '$pageview' order by seq limit 1")).toEqual([[{ source: "email", campaign: "spring" }]]);
    expect(JSON.stringify(await server.rows("select context, route from event"))).not.toContain("secret");
    expect(complaints.filter((one) => !one.includes("ERR_ABORTED"))).toEqual([]);
  });
});

describe("a device without a network", () => {
  test("delivers what it could not send as soon as there is one again", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys, ["offline"]));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/");
    await page.context().setOffline(true);
    const kept = await page.evaluate(async () => {
      for (let n = 0; n < 5; n++) window.throughline.track("offline.back", { n });
      await window.throughline.flush();
      return window.throughline.report().events;
    });
    expect(kept).toMatchObject({ made: 5, delivered: 0, queued: 5 });
    await page.context().setOffline(false);
    await stored(server, "select count(*)::int from event where name = 'offline.back'", [[5]]);
  });

  test("keeps batches with /offline, and a later page delivers them, each once", async ({ server, visitors }) => {
    // Beacons escape the browser's switch: nobody listens there, which is the same to a page.
    site = await Site.open(tags({ ...server.keys, THROUGHLINE_ENDPOINT: await nobody() }, ["offline"]));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/");
    await page.evaluate(async () => {
      for (let n = 0; n < 5; n++) window.throughline.track("offline.kept", { n });
      await window.throughline.flush();
    });
    const context = page.context();
    await page.close({ runBeforeUnload: true });
    site.head = tags(server.keys, ["offline"]);
    const later = await context.newPage();
    await later.goto("/");
    await stored(server, "select count(*)::int from event where name = 'offline.kept'", [[5]]);
    await vi.waitFor(async () => expect(await later.evaluate(() => window.throughline.report().events)).toMatchObject({ made: 5, delivered: 5, queued: 0 }), {
      timeout: STORED_MS_MAX,
      interval: 50,
    });
    expect(await later.evaluate(() => Object.keys(localStorage).filter((name) => name.includes(".batch.")))).toEqual([]);
    await later.close();
  });

  test("has two tabs: each keeps its own as long as it lives, and what one leaves the other sends", async ({ server, visitors }) => {
    site = await Site.open(tags({ ...server.keys, THROUGHLINE_ENDPOINT: await nobody() }, ["offline"]));
    const first = await visitors.stranger({ url: site.url });
    await first.goto("/");
    await first.evaluate(async () => {
      for (let n = 0; n < 3; n++) window.throughline.track("tabs.kept", { n });
      await window.throughline.flush();
    });
    site.head = tags(server.keys, ["offline"]);
    const second = await first.context().newPage();
    await second.goto("/");
    const kept = (): Promise<number> => second.evaluate(() => Object.keys(localStorage).filter((name) => name.includes(".batch.")).length);
    // The lock of a tab that lives is not granted to another: a round trip of its own request shows that there was time.
    const pending = await second.evaluate(async () => {
      window.throughline.track("tabs.second");
      await window.throughline.flush();
      return (await navigator.locks.query()).pending?.length;
    });
    expect([pending, await kept()]).toEqual([1, 1]);
    expect(await server.rows("select count(*)::int from event where name = 'tabs.kept'")).toEqual([[0]]);
    await first.close();
    await stored(server, "select count(*)::int from event where name = 'tabs.kept'", [[3]]);
    await vi.waitFor(async () => expect(await kept()).toBe(0), { timeout: STORED_MS_MAX, interval: 50 });
    expect(await server.rows("select count(*)::int from event where name = 'tabs.second'")).toEqual([[1]]);
  });
});

describe("consent", () => {
  test("is one for all tabs: a no in one is a no in the other", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys));
    const one = await visitors.stranger({ url: site.url });
    await one.goto("/");
    const other = await one.context().newPage();
    await other.goto("/");
    await other.evaluate(() => window.throughline.track("tabs.asked"));
    await one.evaluate(() => window.throughline.consent("denied"));
    await vi.waitFor(async () => expect(await other.evaluate(() => window.throughline.report().events.lost)).toEqual({ consent: 1 }), { timeout: STORED_MS_MAX, interval: 50 });
    await other.evaluate(() => window.throughline.track("tabs.denied"));
    expect(await other.evaluate(() => window.throughline.report().events)).toMatchObject({ made: 2, queued: 0, lost: { consent: 2 } });
  });

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
        const names = (await server.rows("select distinct name from metric_point where name like 'web_vital.%' and tags->>'route' = '/checkout'")).flat();
        // The interaction of the click was too short for a browser to tell of.
        expect(names).toEqual(expect.arrayContaining(["web_vital.cls", "web_vital.fcp", "web_vital.lcp", "web_vital.ttfb"]));
      },
      { timeout: STORED_MS_MAX, interval: 50 },
    );
  });

  test("a moment that is open when its page is left is stored as given up", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys, ["tracing"]));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/");
    await page.evaluate(() => window.throughline.startMoment("left.wizard").checkpoint("address"));
    await page.goto("/elsewhere");
    await stored(server, "select status, attributes ? 'checkpoint.address' from span where name = 'left.wizard'", [[CANCELLED, true]]);
  });

  test("a client that stops takes back what it changed in the page", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys, ["auto", "tracing", "errors", "debug", "shorthands"]));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/");
    const natives = await page.evaluate(async () => {
      const isNative = () => [history.pushState, history.replaceState, fetch].map((act) => String(act).includes("[native code]"));
      const before = isNative();
      window.throughline.exposure("new_checkout", "B");
      await window.throughline.shutdown();
      return [before, isNative(), document.querySelector("throughline-debug")];
    });
    expect(natives).toEqual([[false, false, false], [true, true, true], null]);
    expect(await server.rows("select props from event where name = '$exposure'")).toEqual([[{ variant: "B", experiment: "new_checkout" }]]);
  });
});

describe("the cost of a call", () => {
  test("is printed, and bursts of 400 calls are no long tasks", async ({ server, visitors }) => {
    site = await Site.open(tags(server.keys, ["auto"]));
    const page = await visitors.stranger({ url: site.url });
    await page.goto("/");
    const run = () => page.evaluate(async () => {
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
    // A task of ours is long in every run; one that the machine held up is not.
    let { nanoseconds, longTasks } = await run();
    for (let again = 0; longTasks.length > 0 && again < RUNS_MAX; again++) ({ nanoseconds, longTasks } = await run());
    expect(longTasks).toEqual([]);
    console.log(`track, three props: ${Math.round(nanoseconds)} ns (median of 60 blocks); long tasks: ${longTasks.length}`);
  });
});
