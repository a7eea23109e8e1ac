import { describe, expect } from "vitest";
import { test } from "./fixtures.ts";
import { browserFor, PLACES, visit } from "./pages.ts";

const PHONE = { width: 390, height: 844 };

describe("no page scrolls sideways on a phone", () => {
  for (const place of PLACES) {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`${place.name}, ${colorScheme}`, async ({ shop, server, ownerless, visitors }) => {
        const servers = { shop, server, ownerless };
        const page = await browserFor(place, servers, visitors, { viewport: PHONE, colorScheme, hasTouch: true });
        await visit(page, place, servers);
        const wide = await page.evaluate(() => {
          const width = document.scrollingElement?.scrollWidth ?? 0;
          const beyond = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
          return width <= innerWidth ? [] : [`${width} px`, ...beyond.slice(0, 5).map((one) => `${one.tagName}.${one.className}`)];
        });
        expect(wide).toEqual([]);
      });
    }
  }

  test("the menu opens, and leads to another page", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, { viewport: PHONE, hasTouch: true });
    await page.goto("/p/shop/live");
    await page.locator(".topbar summary").tap();
    await page.locator(".sheet-nav").getByRole("link", { name: "Metrics", exact: true }).tap();
    await page.waitForURL(/\/p\/shop\/metrics/);
  });
});
