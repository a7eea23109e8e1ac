import { describe, expect } from "vitest";
import type { Locator, Page } from "playwright-core";
import { test } from "./fixtures.ts";

interface Usage {
  readonly people: number;
  readonly features: readonly { readonly feature: string; readonly people: number }[];
  readonly exposures: readonly { readonly variant: string; readonly people: number }[];
  readonly fruitless: readonly { readonly query: string; readonly fruitless: number }[];
}

interface Routes {
  readonly routes: readonly { readonly route: { readonly value?: string }; readonly backend: { readonly requests: number; readonly failed: number } | null }[];
}

describe("Behavior", () => {
  test("says which features are used, which variants are shown and what is searched for in vain", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await page.goto("/p/shop/behavior?range=30d");
    const usage = await shop.signals.ask<Usage>("usage?range=30d");
    expect(usage.features.length).toBe(3);
    expect(await figures(panel(page, "Features"), 1)).toEqual(usage.features.map((row) => [row.feature, row.people]));
    expect(await panel(page, "Features").locator("header").innerText()).toContain(`of ${usage.people} people`);
    expect(await figures(panel(page, "Experiments and flags"), 2)).toEqual(usage.exposures.map((row) => ["sticky-cart", row.people]));
    expect(await figures(panel(page, "Searches that found nothing"), 1)).toEqual(usage.fruitless.map((row) => [row.query, row.fruitless]));
    expect(usage.fruitless.map((row) => row.query).sort()).toEqual(["gift card", "umbrella"]);

    // A name narrows the page down to the events that have it.
    await panel(page, "Features").getByRole("link", { name: "wishlist" }).click();
    await page.waitForURL(/filter=/);
    expect(new URL(page.url()).searchParams.get("filter")).toBe("feature:wishlist");
  });

  test("has a route's failed requests and their p95 beside its views", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await page.goto("/p/shop/behavior?range=7d&sort=p95");
    const { routes } = await shop.signals.ask<Routes>("routes?range=7d");
    const known = routes.filter(({ backend }) => backend !== null);
    expect(known.length).toBe(8);
    expect(await page.locator("th[aria-sort=descending]").innerText()).toContain("p95");
    const cart = known.find(({ route }) => route.value === "/cart")?.backend;
    const row = page.getByRole("region", { name: "Routes" }).getByRole("row").filter({ hasText: "/cart" });
    const failed = await row.locator("td").nth(7).innerText();
    expect(Number.parseFloat(failed)).toBeCloseTo((100 * (cart?.failed ?? 0)) / (cart?.requests ?? 1), 0);
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`reads hours on the project's clock or on each visitor's own ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto("/p/shop/behavior?range=30d");
      await page.getByRole("navigation", { name: "Clock" }).getByRole("link", { name: "Visitor's own" }).click();
      await page.waitForURL(/clock=visitor/);
      expect(await panel(page, "Hours of the week").innerText()).toMatch(/[\d.]+\s?% of events on their visitor's own clock/);
    });
  }
});

test("Trends are compared with an earlier range", async ({ shop, visitors }) => {
  const page = await visitors.member(shop.server);
  await page.goto("/p/shop/trends?range=7d&a=$pageview&a_by=events");
  await page.locator("summary", { hasText: "vs nothing" }).click();
  await page.getByRole("link", { name: "the period before" }).click();
  await page.waitForURL(/compare=previous/);
  const asked = await shop.signals.ask<{ before: { series: { value: number }[] } }>("trend?range=7d&series=name:$pageview&compare=previous");
  const before = asked.before.series[0]?.value ?? 0;
  expect(before).toBeGreaterThan(0);
  expect(Number((await page.locator("td.series ~ td.num").nth(4).innerText()).replace(/\D/g, ""))).toBe(before);
  // The form keeps it.
  await page.getByRole("button", { name: "Show" }).click();
  await page.waitForURL(/compare=previous/);
});

test("Sessions have what they come to together above them", async ({ shop, visitors }) => {
  const page = await visitors.member(shop.server);
  await page.goto("/p/shop/sessions?range=7d");
  const { total } = await shop.signals.ask<{ total: { sessions: number } }>("sessions?range=7d");
  expect(await page.locator(".stat", { hasText: "Sessions" }).locator(".value").getAttribute("title")).toBe(total.sessions.toLocaleString("en-US"));
  await page.locator(".stat", { hasText: "Bounce rate" }).click();
  await page.waitForURL(/metrics\?.*measure=bounce_rate/);
});

/** The first cell of each row, and the number in another one. */
async function figures(panel: Locator, column: number): Promise<[string, number][]> {
  const rows = await panel.locator("tbody tr").all();
  return Promise.all(
    rows.map(async (row) => {
      const cells = await row.locator("th, td").allInnerTexts();
      return [cells[0] ?? "", Number(cells[column]?.replace(/\D/g, ""))];
    }),
  );
}

function panel(page: Page, title: string): Locator {
  return page.locator("section.panel").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
}
