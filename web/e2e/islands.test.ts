import { describe, expect } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";
import { openAwake } from "./visitor.ts";

const METRIC = "metric=http.server.duration_ms&kind=distribution&unit=ms";

describe("a click changes the page without loading another", () => {
  test("the feed pauses while the figures go on", async ({ server, signals, visitors }) => {
    const page = await visitors.member(server);
    await signals.track({ name: "first", user_id: "u1" });
    await openAwake(page, "/p/shop/live");
    const navigations = navigationsOf(page);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText(/^paused at/).waitFor();
    await signals.track({ name: "second", user_id: "u2" });
    await page.locator("[data-figure=people]", { hasText: /^2$/ }).waitFor();
    expect(await page.locator(".feed li").count()).toBe(1);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator(".feed li", { hasText: "second" }).waitFor();
    expect(navigations).toEqual([]);
  });

  test("a theme is chosen, shown at once, and still there on the next page", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, { colorScheme: "light" });
    await openAwake(page, "/p/shop/metrics");
    const navigations = navigationsOf(page);
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole("button", { name: "dark" }).click();
    expect(await ground()).not.toBe(light);
    expect(navigations).toEqual([]);
    await openAwake(page, "/p/shop/explorer");
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    expect(await page.getByRole("button", { name: "dark" }).getAttribute("aria-pressed")).toBe("true");
  });

  test("the chart's cursor follows the pointer and the arrow keys", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/metrics?range=7d");
    const cursor = page.getByRole("slider", { name: "Chart cursor" });
    await cursor.hover();
    await page.locator(".cursor .tip").waitFor();
    await cursor.focus();
    await page.keyboard.press("Home");
    expect(await cursor.getAttribute("aria-valuenow")).toBe("0");
    const first = await cursor.getAttribute("aria-valuetext");
    await page.keyboard.press("ArrowRight");
    expect(await cursor.getAttribute("aria-valuetext")).not.toBe(first);
    await page.keyboard.press("Escape");
    expect(await page.locator(".cursor .tip").count()).toBe(0);
  });

  test("the catalogue narrows while somebody types", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/explorer");
    const navigations = navigationsOf(page);
    await page.getByRole("searchbox").focus();
    await page.keyboard.type("duration");
    await page.getByText("3 of 8").waitFor();
    expect(await page.locator("[data-metric]:visible").count()).toBe(3);
    expect(navigations).toEqual([]);
  });

  test("a trace's id is copied in full", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, { permissions: ["clipboard-read", "clipboard-write"] });
    await openAwake(page, `/p/shop/explorer/samples?${METRIC}&range=24h`);
    await page.getByRole("button", { name: "Copy the trace id" }).first().click();
    await page.getByText("Copied").waitFor({ state: "attached" });
    const id = await page.evaluate(() => navigator.clipboard.readText());
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(await page.locator(".trace > a").first().getAttribute("href")).toContain(id);
  });

  test("a receipt opens, and closes when somebody turns to something else", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/metrics");
    const mark = page.locator("details.receipt > summary").first();
    expect(await mark.innerText()).toContain("exact");
    await mark.click();
    const card = page.locator(".receipt-card").first();
    await card.waitFor();
    expect(await card.innerText()).toContain("Europe/Berlin");
    await page.locator("h1").click();
    await card.waitFor({ state: "hidden" });
  });
});

describe("a range with nothing before it", () => {
  test("is compared with nothing, in words, chart, legend and table", async ({ server, signals, visitors }) => {
    await signals.track({ name: "first", user_id: "u1" });
    await signals.counted();
    const page = await visitors.member(server);
    await openAwake(page, "/p/shop/metrics");
    expect(await page.locator(".stat").first().innerText()).toContain("nothing to compare with");
    expect(await page.locator(".legend .dash").count()).toBe(1);
    expect(await page.locator(".chart svg.plot > svg").count()).toBe(1);
    expect(await page.locator("details.behind th").allTextContents()).toEqual([
      "Start",
      "People",
      "Sessions",
      "Page views",
      "Events",
      "Bounce rate",
      "Visit, mean",
      "Errors",
    ]);
  });
});

function navigationsOf(page: Page): string[] {
  const navigations: string[] = [];
  page.on("framenavigated", (frame) => navigations.push(frame.url()));
  return navigations;
}
