import { describe, expect } from "vitest";
import type { Locator } from "playwright-core";
import { test } from "./fixtures.ts";

const SCRIPTLESS = { javaScriptEnabled: false };
const METRIC = "metric=http.server.duration_ms&kind=distribution&unit=ms";

describe("without scripts", () => {
  test("Live shows its figures, minutes, slices and feed", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, SCRIPTLESS);
    await page.goto("/p/shop/live?window=30");
    const { people, feed, routes } = await shop.signals.ask<LiveFigures>("live?window=30");
    expect(await number(page.locator("[data-figure=people]"))).toBe(people);
    expect(await page.locator(".hero svg.plot rect").count()).toBe(30);
    expect(await page.locator(".feed li").count()).toBe(feed.length);
    for (const slice of ["Routes", "Countries", "Systems", "Releases"]) {
      expect(await panel(page.locator("section.panel"), slice).locator("ol.ranked li").count()).toBeGreaterThan(2);
    }
    const first = panel(page.locator("section.panel"), "Routes").locator("li").first();
    expect(await first.innerText()).toContain(routes[0]?.value);
    await expectNothingDead(page.locator("body"));
  });

  test("Live moves by loading itself again, and its window is a link", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, SCRIPTLESS);
    const response = await page.goto("/p/shop/live");
    expect(await response?.text()).toContain('<noscript><meta http-equiv="refresh" content="30"></noscript>');
    await page.getByRole("group", { name: "Window" }).getByRole("link", { name: "30" }).click();
    expect(page.url()).toContain("window=30");
    expect(await page.locator(".hero .lead").innerText()).toContain("in the last 30 minutes");
  });

  test("Metrics shows its totals, its chart, the table behind it and its lists", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, SCRIPTLESS);
    await page.goto("/p/shop/metrics?range=30d&measure=events");
    const { totals, buckets } = await shop.signals.ask<AudienceFigures>("audience/metrics?range=30d");
    const shown = await page.locator(".stat .value").evaluateAll((values) => values.map((value) => value.getAttribute("title")));
    const { people, sessions, page_views, events } = totals;
    expect(shown.filter((title) => title !== null).map(plain)).toEqual([people, sessions.sessions, page_views, events]);
    expect(await page.locator(".chart svg.plot path").count()).toBeGreaterThan(1);
    await page.locator("details.behind > summary").click();
    expect(await page.locator("details.behind tbody tr").count()).toBe(buckets.length);
    expect(await page.locator("details.behind tbody tr").first().isVisible()).toBe(true);
    expect(await page.locator("ol.ranked li").count()).toBeGreaterThan(6);
    await expectNothingDead(page.locator("body"));
  });

  test("a project without an event says how to send the first one, whatever the range", async ({ server, visitors }) => {
    const page = await visitors.member(server, SCRIPTLESS);
    for (const path of ["metrics?range=24h", "metrics", "metrics?range=90d", "live"]) {
      await page.goto(`/p/shop/${path}`);
      expect(await page.locator(".snippet pre").innerText(), path).toContain(server.keys.THROUGHLINE_KEY);
      expect(await page.locator("svg.plot, .ranked").count(), path).toBe(0);
      await expectNothingDead(page.locator("body"));
    }
  });

  test("the explorer shows its catalogue, a metric's series and the search by form", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, SCRIPTLESS);
    await page.goto(`/p/shop/explorer?${METRIC}&by=status&range=24h`);
    expect(await page.locator("[data-metric]").count()).toBe(8);
    expect(await page.locator(".chart svg.plot path").count()).toBeGreaterThan(2);
    expect(await page.locator("table.tbl td.series").allInnerTexts()).toEqual(expect.arrayContaining(["200", "304", "404", "500"]));
    await page.getByRole("searchbox").fill("gauge");
    await page.getByRole("searchbox").press("Enter");
    expect(page.url()).toContain("find=gauge");
    expect(page.url()).toContain("by=status");
    expect(await page.locator("[data-metric]:visible").count()).toBe(2);
    await expectNothingDead(page.locator("body"));
  });

  test("the explorer shows samples with the trace and the person of each", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, SCRIPTLESS);
    await page.goto(`/p/shop/explorer/samples?${METRIC}&range=24h&order=largest`);
    const { samples } = await shop.signals.ask<{ samples: { value: number; trace_id: string; user_id: string }[] }>(
      "metrics/samples?name=http.server.duration_ms&range=24h&order=largest",
    );
    const rows = page.locator("table.tbl tbody tr");
    expect(await rows.count()).toBe(samples.length);
    const first = await rows.first().innerText();
    expect(first).toContain(samples[0]?.trace_id.slice(0, 8));
    expect(first).toContain(samples[0]?.user_id);
    await expectNothingDead(page.locator("body"));
  });
});

interface LiveFigures {
  people: number;
  feed: unknown[];
  routes: { value: string }[];
}

interface AudienceFigures {
  totals: { people: number; page_views: number; events: number; sessions: { sessions: number } };
  buckets: unknown[];
}

function panel(panels: Locator, heading: string): Locator {
  return panels.filter({ has: panels.page().locator("h2", { hasText: new RegExp(`^${heading}$`) }) });
}

/** Buttons that only scripts bring to life are not offered. */
async function expectNothingDead(body: Locator): Promise<void> {
  expect(await body.locator("button[type=button]:visible").count()).toBe(0);
}

async function number(text: Locator): Promise<number> {
  return plain(await text.innerText());
}

function plain(text: string | null): number {
  return Number(text?.replaceAll(",", ""));
}
