import { describe, expect } from "vitest";
import { complaintsOf } from "./complaints.ts";
import { test } from "./fixtures.ts";
import { browserFor, PLACES, visit } from "./pages.ts";

describe("no page breaks its policy or logs an error", () => {
  for (const place of PLACES) {
    test(place.name, async ({ shop, server, ownerless, visitors }) => {
      const servers = { shop, server, ownerless };
      const page = await browserFor(place, servers, visitors);
      const complaints = await complaintsOf(page);
      await visit(page, place, servers);
      await page.mouse.move(700, 400);
      for (const summary of await page.locator("details > summary:visible").all()) {
        await summary.click();
        // An open menu may lie over what comes next.
        await page.keyboard.press("Escape");
      }
      expect(complaints).toEqual([]);
    });
  }

  test("the policy allows only our own files", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    const response = await page.goto("/p/shop/live");
    const policy = (await response?.allHeaders())?.["content-security-policy"] ?? "";
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
  });
});
