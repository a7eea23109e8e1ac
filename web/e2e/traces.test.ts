import { describe, expect } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";
import { ANN, FAILED_TRACE, LONG_STEPS, LONG_TRACE } from "./story.ts";
import { openAwake } from "./visitor.ts";

interface Found {
  readonly matching: number;
  readonly failed: number;
  readonly rows: readonly { readonly trace_id: string; readonly duration_ms: number }[];
}

interface Timed {
  readonly rows: readonly { readonly name: string; readonly spans: number; readonly failed: number }[];
}

describe("Traces", () => {
  test("are found by what their spans say, and a bar of durations narrows the list", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await page.goto("/p/shop/traces?range=7d&sort=slowest");
    const found = await shop.signals.ask<Found>("traces?range=7d&sort=slowest");
    expect(await page.locator("section.panel h2").first().innerText()).toBe(`${found.matching} traces`);
    expect(await page.getByRole("region", { name: "Found" }).locator("tbody tr").count()).toBe(50);
    const bars = page.locator("svg.plot a");
    const last = bars.last();
    expect(await last.getAttribute("aria-label")).toMatch(/1 spans/);
    await last.click();
    await page.waitForURL(/duration/);
    expect(await page.getByRole("region", { name: "Found" }).locator("tbody tr").count()).toBe(1);
    await page.getByRole("region", { name: "Found" }).getByRole("link", { name: "rebuild stock" }).click();
    await page.waitForURL(new RegExp(LONG_TRACE));
  });

  test("endpoints have their counts and failures, and lead to the spans behind them", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await page.goto("/p/shop/traces/endpoints?range=7d");
    const { rows } = await shop.signals.ask<Timed>("spans/timed?range=7d");
    const table = page.getByRole("region", { name: "Endpoints" });
    const names = await table.locator("tbody tr td:first-child").allInnerTexts();
    expect(names).toEqual(rows.map((row) => row.name));
    const failing = rows.find((row) => row.failed > 0);
    if (!failing) throw new Error("no endpoint failed");
    await table.getByRole("row").filter({ has: page.getByRole("link", { name: failing.name, exact: true }) }).locator("a.bad").click();
    await page.waitForURL(/status/);
    expect(await page.locator("section.panel h2").first().innerText()).toBe(failing.failed === 1 ? "1 span" : `${failing.failed} spans`);
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`a failed payment shows its slow span, its error and its user ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto(`/p/shop/traces/${FAILED_TRACE}`);
      expect(await page.locator("h1").innerText()).toBe("POST /api/checkout");
      expect(await page.locator(".wf-row[data-row]").count()).toBe(2);
      // The deepest span that failed is looked at first.
      expect(await page.locator("aside h2").innerText()).toBe("charge card");
      expect(await page.locator(".wf-mark").first().innerText()).toContain("PaymentGatewayTimeout");
      await page.locator(".wf-row[data-row='0'] a").click();
      await page.locator("aside h2", { hasText: "POST /api/checkout" }).waitFor();
      await page.getByRole("link", { name: ANN.user }).first().click();
      await page.waitForURL(/users\/profile/);
    });
  }

  test("two thousand spans are there while only those on screen are in the document", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, `/p/shop/traces/${LONG_TRACE}`);
    await page.locator(".wf-scroll.long").waitFor();
    expect(await rows(page)).toBeLessThan(150);
    // The span that failed was chosen from the beginning, and is in view.
    await page.locator(".wf-row[aria-selected=true] .failed").waitFor();
    await page.locator(".wf-scroll").evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.locator(`#span-${LONG_STEPS - 1}`).waitFor();
    expect(await rows(page)).toBeLessThan(150);

    await page.getByPlaceholder("Search in trace").fill("batch 42");
    await page.locator(".wf-find", { hasText: "1" }).waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".wf-row[aria-selected=true]", { hasText: "batch 42" }).waitFor();
    await page.locator("aside h2", { hasText: "batch 42" }).waitFor();
    expect(page.url()).toContain("span=");

    // The keyboard folds it, and moves on to the next one.
    await page.locator(".wf").focus();
    await page.keyboard.press("ArrowLeft");
    await page.locator(".wf-row[aria-selected=true][aria-expanded=false]").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.locator(".wf-row[aria-selected=true]", { hasText: "batch 43" }).waitFor();
    await page.keyboard.press("e");
    await page.locator(".wf-row[aria-selected=true] .failed").waitFor();
    await page.keyboard.press("z");
    await page.getByRole("button", { name: "Whole time" }).waitFor();
  });

  test("without scripts a long trace is turned page by page", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, { javaScriptEnabled: false });
    await page.goto(`/p/shop/traces/${LONG_TRACE}?from=0`);
    expect(await rows(page)).toBe(300);
    await page.getByRole("link", { name: "Later" }).click();
    expect(await page.locator(".wf-turn").innerText()).toContain(`Spans 301 to 600 of ${LONG_STEPS}`);
  });
});

function rows(page: Page): Promise<number> {
  return page.locator(".wf-row[data-row]").count();
}
