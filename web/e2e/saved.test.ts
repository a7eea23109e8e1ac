import { describe, expect } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";

interface Saved {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  readonly private: boolean;
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : "without scripts";

  describe(`views ${how}`, () => {
    test("keep a page with what it looks at under a name, and lead back to it", async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      const name = `iOS against last week ${javaScriptEnabled}`;
      const looksAt = "metrics?range=30d&filter=os:iOS&measure=events&compare=week&sources=utm_source";
      await page.goto(`/p/shop/${looksAt}`);
      await save(page, "Views", name);
      expect(await open(page, "Views")).toContain(name);
      expect(await menu(page, "Views").getByRole("link", { name }).getAttribute("aria-current")).toBe("true");

      await page.goto("/p/shop/behavior");
      await open(page, "Views");
      await menu(page, "Views").getByRole("link", { name }).click();
      await page.waitForURL(/compare=week/);
      expect(new URL(page.url()).searchParams.get("filter")).toBe("os:iOS");
      await page.getByRole("heading", { name: "Events per day" }).waitFor();
    });

    test("are renamed and removed on a page of their own", async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      const [name, better] = [`Routes ${javaScriptEnabled}`, `Routes by exits ${javaScriptEnabled}`];
      await page.goto("/p/shop/behavior?sort=exits");
      await save(page, "Views", name);
      await page.goto("/p/shop/saved");
      const row = page.getByRole("row").filter({ hasText: name });
      expect(await row.innerText()).toContain("Behavior · the last 7 days");
      await row.locator("summary").click();
      await row.getByLabel("New name").fill(better);
      await row.getByRole("button", { name: "Rename", exact: true }).click();
      const renamed = page.getByRole("link", { name: better });
      await renamed.waitFor();
      await page.getByRole("button", { name: `Remove ${better}` }).click();
      await expect.poll(() => renamed.count()).toBe(0);
    });

    test("of one account are no one else's", async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      const name = `Mine ${javaScriptEnabled}`;
      await page.goto("/p/shop/users?range=30d");
      await save(page, "Views", name, true);
      await page.goto("/p/shop/saved");
      expect(await page.getByRole("row").filter({ hasText: name }).innerText()).toContain("you");
      const seenByPrograms = await shop.signals.ask<readonly Saved[]>("saved");
      expect(seenByPrograms.map((saved) => saved.name)).not.toContain(name);
    });

    test("refuse a name that is taken, and say so", async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      for (const name of [`Twice ${javaScriptEnabled}`, `twice  ${javaScriptEnabled}`]) {
        await page.goto("/p/shop/sessions?range=30d");
        await save(page, "Views", name);
      }
      await page.getByText("the parameter `name` is taken").waitFor();
    });
  });

  describe(`segments ${how}`, () => {
    test("keep a filter, and filter any page by it", async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      const name = `Germany ${javaScriptEnabled}`;
      await page.goto("/p/shop/metrics?range=30d&filter=country:DE");
      await save(page, "Segments", name);
      await page.goto("/p/shop/users?range=30d&sort=events&filter=os:iOS");
      await open(page, "Segments");
      await menu(page, "Segments").getByRole("link", { name }).click();
      await page.locator(".chip", { hasText: "country:DE" }).waitFor();
      expect(await page.locator(".chip").count()).toBe(1);
      expect(page.url()).toContain("sort=events");
      const { total } = await shop.signals.ask<{ total: number }>("users?range=30d&filter=country:DE");
      expect(await page.locator("section.panel header .faint").innerText()).toBe(`${total} people`);
    });

    test("need a filter to be kept", async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto("/p/shop/metrics?range=30d");
      await open(page, "Segments");
      expect(await menu(page, "Segments").locator("form").count()).toBe(0);
    });
  });
}

test("another site's form saves and shares nothing", async ({ shop, visitors }) => {
  const page = await visitors.member(shop.server);
  const form = { kind: "view", name: "From elsewhere", what: "metrics", days: "90", back: "/p/shop/saved" };
  for (const path of ["/p/shop/saved", "/p/shop/shared-links"]) {
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }]) {
      expect((await page.request.post(path, { headers, form, maxRedirects: 0 })).status(), path).toBe(403);
    }
  }
  const counts = await shop.server.rows("select (select count(*) from saved where name = 'From elsewhere'), (select count(*) from shared_link where expires_at > now() + interval '80 days')");
  expect(counts[0]?.map(Number)).toEqual([0, 0]);
});

function menu(page: Page, label: string) {
  return page.locator(".filter-line details", { has: page.locator("summary", { hasText: label }) });
}

/** Opens the menu, and reads it. */
async function open(page: Page, label: string): Promise<string> {
  await menu(page, label).locator("summary").click();
  return menu(page, label).locator(".menu").innerText();
}

async function save(page: Page, label: string, name: string, mine = false): Promise<void> {
  await open(page, label);
  const form = menu(page, label).locator("form");
  await form.getByLabel(/^Name of this/).fill(name);
  if (mine) await form.getByLabel("Only for me").check();
  await form.getByRole("button", { name: "Save" }).click();
  await page.waitForLoadState();
}
