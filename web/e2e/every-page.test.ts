// What holds on every page: nothing that would make somebody stumble, no complaint of the browser, nothing beyond a phone's
// screen. On the way pictures are taken for people to look at: web/screenshots, which git ignores.
import axe from "axe-core";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect } from "vitest";
import { complaintsOf } from "./complaints.ts";
import { test } from "./fixtures.ts";
import { browserFor, PLACES, visit } from "./pages.ts";

const FOLDER = join(import.meta.dirname, "../screenshots");
const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const HARMFUL = new Set(["serious", "critical"]);

describe("every page", () => {
  beforeAll(async () => {
    await mkdir(FOLDER, { recursive: true });
  });

  for (const place of PLACES) {
    test(`${place.name} is for everybody, keeps its policy and logs no error`, async ({ shop, server, ownerless, visitors }) => {
      const servers = { shop, server, ownerless };
      const page = await browserFor(place, servers, visitors, DESK);
      const complaints = await complaintsOf(page);
      await visit(page, place, servers);
      await picture(page, `${place.name}-desk`);
      await page.evaluate(axe.source);
      expect.soft(await harm(page)).toEqual([]);
      // In the dark only colours differ.
      await page.emulateMedia({ colorScheme: "dark" });
      expect.soft(await harm(page, ["color-contrast"]), "in the dark").toEqual([]);
      await page.mouse.move(700, 400);
      for (const summary of await page.locator("details > summary:visible").all()) {
        await summary.click();
        // An open menu may lie over what comes next.
        await page.keyboard.press("Escape");
      }
      expect(complaints).toEqual([]);
    });

    test(`${place.name} does not scroll sideways on a phone`, async ({ shop, server, ownerless, visitors }) => {
      const servers = { shop, server, ownerless };
      const page = await browserFor(place, servers, visitors, PHONE);
      await visit(page, place, servers);
      expect.soft(await beyond(page, PHONE.viewport.width)).toEqual([]);
      await picture(page, `${place.name}-phone`);
      // Menus and forms that open lie within the screen.
      for (const menu of await page.locator("main details.pick").all()) {
        await menu.locator("summary").tap();
        const box = await menu.locator(".menu").boundingBox();
        expect([box && box.x >= 0, box && box.x + box.width <= PHONE.viewport.width], await menu.innerText()).toEqual([true, true]);
        await menu.locator("summary").tap();
      }
    });
  }

  test("the policy allows only our own files", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    const response = await page.goto("/p/shop/live");
    const policy = (await response?.allHeaders())?.["content-security-policy"] ?? "";
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
  });

  test("on a phone the menu opens, and leads to another page", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, PHONE);
    await page.goto("/p/shop/live");
    await page.locator(".topbar summary").tap();
    await page.locator(".sheet-nav").getByRole("link", { name: "Metrics", exact: true }).tap();
    await page.waitForURL(/\/p\/shop\/metrics/);
  });
});

/** The whole page by day and by night; it stays by day. */
async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}.png`), fullPage: true, animations: "disabled" });
  }
}

/** What is wrong by all rules, or by these, and where, as one line each. */
async function harm(page: Page, rules?: string[]): Promise<readonly string[]> {
  const { violations } = await page.evaluate(
    (values) => (globalThis as unknown as { axe: typeof axe }).axe.run(values ? { runOnly: { type: "rule", values } } : {}),
    rules,
  );
  return violations
    .filter(({ impact }) => HARMFUL.has(impact ?? ""))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary})`).slice(0, 3).join("; ")}`);
}

/** How wide the page is, and what reaches beyond the screen. A phone zooms out until everything fits: its own width says nothing. */
async function beyond(page: Page, screen: number): Promise<readonly string[]> {
  return page.evaluate((screen) => {
    const width = document.scrollingElement?.scrollWidth ?? 0;
    const outside = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > screen + 1);
    return width <= screen ? [] : [`${width} px`, ...outside.slice(0, 5).map((one) => `${one.tagName}.${one.className}`)];
  }, screen);
}
