// What people with a screen reader, a keyboard or weak eyes would stumble over: nothing that axe calls serious, on any page.
import axe from "axe-core";
import { describe, expect } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";
import { browserFor, PLACES, visit } from "./pages.ts";

const DESK = { viewport: { width: 1440, height: 900 } };
const HARMFUL = new Set(["serious", "critical"]);

describe("accessible", () => {
  for (const place of PLACES) {
    test(place.name, async ({ shop, server, ownerless, visitors }) => {
      const servers = { shop, server, ownerless };
      const page = await browserFor(place, servers, visitors, { ...DESK, colorScheme: "light" });
      await visit(page, place, servers);
      await page.evaluate(axe.source);
      expect(await harm(page)).toEqual([]);
      // In the dark only colours differ.
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await harm(page, ["color-contrast"]), "in the dark").toEqual([]);
    });
  }
});

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
