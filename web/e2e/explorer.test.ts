import { describe, expect } from "vitest";
import { test } from "./fixtures.ts";
import { openAwake } from "./visitor.ts";

const METRIC = "metric=http.server.duration_ms&kind=distribution&unit=ms";

describe("The metrics explorer", () => {
  test("draws the thresholds that somebody set, on charts of their aggregate only", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await page.goto(`/p/shop/explorer/metric?${METRIC}`);
    await page.getByLabel("Thresholds").fill("p95 > 4000 critical, p95 > 250");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    expect(await page.getByLabel("Thresholds").inputValue()).toBe("p95 > 4000 critical, p95 > 250 warning");

    await openAwake(page, `/p/shop/explorer?${METRIC}&agg=p95&range=24h`);
    const words = await page.locator("svg.plot .limit text").allTextContents();
    // Figures and units are kept together by a space that does not break.
    expect(words.map((text) => text.replace(/\s/g, " "))).toEqual(["critical: p95 > 4 s", "warning: p95 > 250 ms"]);
    // The value axis reaches as far as they do.
    expect(await page.locator(".yaxis").first().innerText()).toMatch(/4\ss/);
    await openAwake(page, `/p/shop/explorer?${METRIC}&agg=max&range=24h`);
    expect(await page.locator("svg.plot .limit").count()).toBe(0);

    await page.goto(`/p/shop/explorer/metric?${METRIC}`);
    await page.getByLabel("Thresholds").fill("p95 > lots");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    expect(await page.locator("main, body").first().innerText()).toContain("has no number after the sign");
    await page.goto(`/p/shop/explorer/metric?${METRIC}`);
    expect(await page.getByLabel("Thresholds").inputValue(), "nothing is lost").toContain("p95 > 4000 critical");
  });

  test("says in its bar what a filter cannot be asked of a metric", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    for (const view of ["/samples", "/why"]) {
      const response = await page.goto(`/p/shop/explorer${view}?${METRIC}&range=24h&filter=anonymous:a1`);
      expect(response?.status()).toBe(200);
      expect(await page.locator("main").innerText()).toContain("which nobody says of points of");
      expect(await page.locator("main input[name=add]").first().inputValue()).toBe("anonymous:a1");
    }
  });

  test("finds metrics among the cards of the catalogue, by a word and by a prefix", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/explorer/catalogue");
    const cards = page.locator(".metric-card:visible");
    const all = await cards.count();
    await page.getByLabel("Find a metric").fill("gauge");
    await page.locator("[data-count=metrics]", { hasText: " of " }).waitFor();
    const gauges = await cards.allInnerTexts();
    expect(gauges.length).toBeLessThan(all);
    expect(gauges.every((card) => card.includes("gauge"))).toBe(true);
    // Without scripts, the form and the tree of prefixes do the same.
    await page.locator(".prefixes ul ul a").first().click();
    await page.waitForURL(/catalogue\?.*find=/);
    const prefix = new URL(page.url()).searchParams.get("find") ?? "";
    const names = await page.locator(".metric-card:visible > a.mono").allInnerTexts();
    expect(names.length).toBeGreaterThan(0);
    expect(names.every((name) => name.startsWith(prefix))).toBe(true);
    expect(await page.locator("h2.mono:visible").allInnerTexts()).toEqual([prefix.split(".")[0]]);
  });

  test("looks back 90 days, a value a day", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, `/p/shop/explorer?${METRIC}&agg=count&range=24h`);
    await page.getByRole("link", { name: "90D" }).click();
    await page.waitForURL(/range=90d/);
    const answer = await shop.signals.ask<{ points: number; step: string }>(
      "metrics/aggregate?name=http.server.duration_ms&aggregate=count&range=90d",
    );
    expect(answer.step).toBe("1d");
    const points = await page.locator(".foot span", { hasText: "points" }).first().innerText();
    expect(points).toContain(answer.points.toLocaleString("en"));
  });
});
