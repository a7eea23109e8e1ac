import { describe, expect } from "vitest";
import { test } from "./fixtures.ts";
import { browserFor, PLACES, visit } from "./pages.ts";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe("no page scrolls sideways on a phone", () => {
  for (const place of PLACES) {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`${place.name}, ${colorScheme}`, async ({ shop, server, ownerless, visitors }) => {
        const servers = { shop, server, ownerless };
        const page = await browserFor(place, servers, visitors, { ...PHONE, colorScheme });
        await visit(page, place, servers);
        // A phone zooms out until everything fits, so its own width says nothing.
        const wide = await page.evaluate((screen) => {
          const width = document.scrollingElement?.scrollWidth ?? 0;
          const beyond = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > screen + 1);
          return width <= screen ? [] : [`${width} px`, ...beyond.slice(0, 5).map((one) => `${one.tagName}.${one.className}`)];
        }, PHONE.viewport.width);
        expect(wide).toEqual([]);
        // Menus and forms that open lie within the screen.
        for (const menu of await page.locator("main details.pick").all()) {
          await menu.locator("summary").tap();
          const box = await menu.locator(".menu").boundingBox();
          expect([box && box.x >= 0, box && box.x + box.width <= PHONE.viewport.width], await menu.innerText()).toEqual([true, true]);
          await menu.locator("summary").tap();
        }
      });
    }
  }

  test("the menu opens, and leads to another page", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, PHONE);
    await page.goto("/p/shop/live");
    await page.locator(".topbar summary").tap();
    await page.locator(".sheet-nav").getByRole("link", { name: "Metrics", exact: true }).tap();
    await page.waitForURL(/\/p\/shop\/metrics/);
  });
});
