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
