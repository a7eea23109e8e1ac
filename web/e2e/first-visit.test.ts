import { describe, expect } from "vitest";
import type { Response } from "playwright-core";
import { test } from "./fixtures.ts";
import { openAwake } from "./visitor.ts";

/** Bytes of wasm, scripts and styles, as they cross the wire. */
const FIRST_VISIT_BYTES_MAX = 250_000;

describe("a first visit to Live", () => {
  test("loads each file once, small enough for a slow line", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    const assets: Response[] = [];
    page.on("response", (response) => void (response.url().includes("/assets/") && assets.push(response)));
    await openAwake(page, "/p/shop/live");

    const names = assets.map((response) => new URL(response.url()).pathname.split("/").at(-1) ?? "");
    expect(names).toEqual(expect.arrayContaining(["app.css", "islands.js", "islands_bg.wasm"]));
    expect(names).toEqual([...new Set(names)]);
    const sizes = await Promise.all(assets.map(async (response) => (await response.request().sizes()).responseBodySize));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_VISIT_BYTES_MAX);
    for (const response of assets) expect(await response.headerValue("content-encoding"), response.url()).toBe("br");
  });

  test("a second one loads nothing again", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await openAwake(page, "/p/shop/live");
    await openAwake(page, "/p/shop/metrics");
    const transferred = await page.evaluate(() => {
      const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
      return entries.filter((entry) => entry.name.includes("/assets/") && entry.transferSize > 0).map((entry) => entry.name);
    });
    expect(transferred).toEqual([]);
  });
});
