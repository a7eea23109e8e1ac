import { describe, expect } from "vitest";
import type { Page } from "playwright-core";
import type { DevServer } from "./server.ts";
import { test } from "./fixtures.ts";
import { openAwake, type Visitors } from "./visitor.ts";

describe("what is chosen is in the address, and whoever opens it sees the same", () => {
  test("Live's window", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/live");
    await page.getByRole("group", { name: "Window" }).getByRole("link", { name: "30" }).click();
    await page.waitForURL(/window=30/);
    const other = await elsewhere(page, shop.server, visitors);
    expect(await chosen(other, "Window")).toEqual(["30\u{a0}min"]);
  });

  test("the range and the measure of Metrics", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/metrics");
    await page.getByRole("group", { name: "Range" }).getByRole("link", { name: "30D" }).click();
    await page.waitForURL(/range=30d/);
    await page.locator("a.stat", { hasText: "Page views" }).click();
    await page.waitForURL(/range=30d&measure=page_views/);
    const other = await elsewhere(page, shop.server, visitors);
    expect(await chosen(other, "Range")).toEqual(["30D"]);
    await other.getByRole("heading", { name: "Page views per day" }).waitFor();
  });

  test("the explorer's metric, aggregate, tag, range and view", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/explorer");
    await page.locator("[data-metric] a", { hasText: "http.server.duration_ms" }).click();
    await page.waitForURL(/metric=http\.server\.duration_ms/);
    await page.getByRole("group", { name: "Aggregate" }).getByRole("link", { name: "p99" }).click();
    await page.waitForURL(/agg=p99/);
    await page.locator("details.pick > summary[aria-label^='Group by']").click();
    await page.locator("details.pick[open] .menu").getByRole("link", { name: "status" }).click();
    await page.waitForURL(/by=status/);
    await page.getByRole("group", { name: "Range" }).getByRole("link", { name: "24H" }).click();
    await page.waitForURL(/range=24h/);
    const other = await elsewhere(page, shop.server, visitors);
    expect(await chosen(other, "Range")).toEqual(["24H"]);
    expect(await chosen(other, "Aggregate")).toEqual(["p99"]);
    await other.getByRole("heading", { name: /p99 of http\.server\.duration_ms by status/ }).waitFor();

    await page.getByRole("navigation", { name: "View" }).getByRole("link", { name: "Samples" }).click();
    await page.waitForURL(/explorer\/samples/);
    await page.getByRole("link", { name: "Largest" }).click();
    await page.waitForURL(/order=largest/);
    const samples = await elsewhere(page, shop.server, visitors);
    expect(await chosen(samples, "Order")).toEqual(["Largest"]);
    expect(await chosen(samples, "Range")).toEqual(["24H"]);
    expect(new URL(samples.url()).searchParams.get("agg")).toBe("p99");
  });

  test("what nobody offers is the default", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/metrics?range=1000y&measure=%F0%9F%90%9F");
    expect(await chosen(page, "Range")).toEqual(["7D"]);
  });
});

/** The same address in another browser. */
async function elsewhere(page: Page, server: DevServer, visitors: Visitors): Promise<Page> {
  const other = await visitors.member(server);
  await openAwake(other, page.url());
  return other;
}

function chosen(page: Page, group: string): Promise<string[]> {
  return page.getByRole("group", { name: group }).locator("[aria-current]").allInnerTexts();
}
