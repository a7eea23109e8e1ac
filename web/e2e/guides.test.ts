// Set-up: somebody pastes what a guide shows, and the page says that it has worked.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, vi } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";
import { Site } from "./sdk-site.ts";
import { openAwake } from "./visitor.ts";

/** Inside the package, its name leads to itself: what `npm install` would make of it elsewhere. */
const PACKAGE = join(import.meta.dirname, "../sdk");
const SEEN_MS_MAX = 30_000;

describe("Set-up", () => {
  test("the guide for curl turns green by itself when its command was run", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await openAwake(page, "/p/shop/setup?platform=http");
    expect(await state(page)).toBe("Waiting for the first signal");
    await promisify(execFile)("sh", ["-ec", await snippet(page)]);
    await page.locator(".guide header .status.ok").waitFor({ timeout: SEEN_MS_MAX });
    expect(await state(page)).toBe("1 item in 30 days");
    expect(await platforms(page)).toMatchObject({ "curl, HTTP": true, Rust: false, React: false });
    await page.getByRole("link", { name: "See it live" }).click();
    await page.waitForURL(/\/p\/shop\/live/);
  });

  test("without scripts the guide of the script tag turns green when the page is loaded again", async ({ server, visitors }) => {
    const page = await visitors.member(server, { javaScriptEnabled: false });
    const opened = await page.goto("/p/shop/setup?platform=script");
    expect(await opened?.text()).toContain('<noscript><meta http-equiv="refresh"');
    expect(await platforms(page)).toMatchObject({ "Script tag": false });
    const site = await Site.open(await snippet(page));
    const somebody = await visitors.stranger(site);
    await somebody.goto("/");
    await somebody.evaluate(() => window.throughline.flush());
    const seen = async () => {
      const again = await page.reload();
      expect(await platforms(page)).toMatchObject({ "Script tag": true, React: true, Rust: false });
      return again?.text();
    };
    expect(await vi.waitFor(seen, { timeout: SEEN_MS_MAX, interval: 200 })).not.toContain("http-equiv");
    await site.close();
  });

  test("the program of the guide for Node arrives", async ({ server, visitors }) => {
    const page = await visitors.member(server, { javaScriptEnabled: false });
    await page.goto("/p/shop/setup?platform=node");
    const program = await page.locator(".snippet pre").last().innerText();
    const mine = async () => Number((await server.rows("select count(*)::int from event where actor = 'me'"))[0]?.[0]);
    const before = await mine();
    await promisify(execFile)("node", ["--input-type=module", "-e", program], { cwd: PACKAGE });
    expect(await mine()).toBe(before + 1);
  });

  test("an address with a platform that there is not shows the first", async ({ server, visitors }) => {
    const page = await visitors.member(server, { javaScriptEnabled: false });
    await page.goto("/p/shop/setup?platform=abacus");
    expect(await page.locator(".guide h2").innerText()).toBe("Rust");
    expect(await page.locator(".platforms [aria-current]").innerText()).toContain("Rust");
  });
});

async function state(page: Page): Promise<string> {
  return page.locator(".guide header .status").innerText();
}

async function snippet(page: Page): Promise<string> {
  return page.locator(".snippet pre").first().innerText();
}

/** Which platforms are green, by name. */
async function platforms(page: Page): Promise<Record<string, boolean>> {
  const cards = await page.locator(".platforms a").all();
  return Object.fromEntries(
    await Promise.all(cards.map(async (card) => [await card.locator("b").innerText(), (await card.locator(".status.ok").count()) === 1] as const)),
  );
}
