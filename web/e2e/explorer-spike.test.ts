// From a chart to what is behind it: a marked spike, a formula, groups and their rest.
import { describe, expect } from "vitest";
import type { Locator, Page } from "playwright-core";
import { test } from "./fixtures.ts";
import type { Point } from "./signals.ts";
import { openAwake } from "./visitor.ts";

const MINUTE = 60_000;
/** The width of a bucket of six hours. */
const BUCKET = 5 * MINUTE;
const GATEWAYS = ["north", "south", "east"] as const;
const PAYMENTS = "metric=payment.duration_ms&kind=distribution&unit=ms&range=6h";
/** Points of the spike: those that are there every five minutes, and the slow ones. */
const SPIKE = { usual: 18, slow: 40 };

test.beforeAll(async ({ signals }) => {
  const now = Date.now();
  await signals.record(...payments(now), ...commands(now), ...jobs(now));
  await signals.counted();
});

describe("A marked spike", () => {
  test("leads to its samples", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await openAwake(page, `/p/shop/explorer?${PAYMENTS}&agg=max`);
    await brush(page);
    const ways = page.getByRole("navigation", { name: "Marked time" });
    expect(await ways.getByRole("link").allInnerTexts()).toEqual(["Zoom", "Samples", "Why"]);
    expect(new URL(page.url()).search, "nothing is opened before it is chosen").not.toContain("from=");
    // Escape leaves the chart as it was.
    await page.keyboard.press("Escape");
    await ways.waitFor({ state: "hidden" });
    expect(page.url(), "as if nothing had been marked").not.toContain("#");

    await brush(page);
    await ways.getByRole("link", { name: "Samples" }).click();
    await page.waitForURL(/explorer\/samples/);
    const { from, until } = marked(page);
    expect(until - from).toBe(3 * BUCKET);
    expect(await page.locator(".foot").first().innerText()).toContain(`of ${SPIKE.usual + SPIKE.slow} points`);
  });

  test("says what is different about it, by keyboard alone", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await openAwake(page, `/p/shop/explorer?${PAYMENTS}&agg=max`);
    const { first, last, count } = await spike(page);
    await page.getByRole("slider", { name: "Chart cursor" }).first().focus();
    for (let step = count; step > first; step -= 1) await page.keyboard.press("ArrowLeft");
    for (let step = first; step < last; step += 1) await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Enter");
    const ways = page.getByRole("navigation", { name: "Marked time" });
    expect(await ways.getByRole("link", { name: "Zoom" }).evaluate((link) => link === document.activeElement)).toBe(true);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(/explorer\/why/);

    // What all slow points share and no other one has stands first, then what is only more frequent among them.
    const rows = page.locator("table.why tbody tr");
    expect(await cells(rows.nth(0), 2)).toEqual(["release", "api@2.0.0"]);
    expect(await cells(rows.nth(1), 2)).toEqual(["gateway", "north"]);
    const share = (SPIKE.slow / (SPIKE.usual + SPIKE.slow)) * 100;
    expect(await rows.nth(0).locator("td.num").first().innerText()).toBe(`${share.toFixed(1)}%`);
    expect(await page.locator("ul.typical li").first().innerText()).toContain("900");
  });

  test("is looked at closer on the same page", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await openAwake(page, `/p/shop/explorer?${PAYMENTS}&agg=max`);
    await brush(page);
    await page.getByRole("navigation", { name: "Marked time" }).getByRole("link", { name: "Zoom" }).click();
    await page.waitForURL(/[?&]from=/);
    expect(new URL(page.url()).searchParams.get("agg")).toBe("max");
  });
});

describe("A formula", () => {
  const FAILED = "metric=command.failed&kind=counter&range=1h";

  test("of two metrics is reckoned from their totals", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await page.goto(`/p/shop/explorer?${FAILED}`);
    await page.getByLabel("One more metric").fill("command.tried");
    await page.getByLabel("Formula").fill("A/B*100");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL(/formula=/);
    const panel = page.locator("section.panel", { has: page.getByRole("heading", { name: "A/B*100" }) });
    // 5 of 40, although the shares of the buckets are 0, 10 and 40 %.
    expect(await whole(panel, 0)).toBe("12.5%");
  });

  test("that makes no sense leaves the chart and says why", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    for (const [formula, why] of [
      ["A/", "cannot be read"],
      ["A/C", "names a line that is not there"],
    ] as const) {
      await page.goto(`/p/shop/explorer?${FAILED}&b=command.tried&formula=${encodeURIComponent(formula)}`);
      expect(await page.locator("#formula-fault").innerText()).toContain(why);
      const field = page.getByLabel("Formula");
      expect([await field.inputValue(), await field.getAttribute("aria-invalid")]).toEqual([formula, "true"]);
      expect(await page.locator("svg.plot").count(), "the lines are drawn").toBe(1);
      expect(await page.getByRole("link", { name: "What is known of this metric" }).or(page.locator(".q .name")).count()).toBeGreaterThan(1);
    }
  });

  test("stands beside the earlier range", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await page.goto(`/p/shop/explorer?${FAILED}&b=command.tried&formula=A/B*100&compare=previous`);
    const panel = page.locator("section.panel", { has: page.getByRole("heading", { name: "A/B*100" }) });
    expect(await panel.locator(".legend").innerText()).toContain("dotted");
    // 12.5 % today, and 2 of 4 in the same hour of the day before.
    expect(await panel.locator("table.tbl").first().locator("tbody td:nth-child(7)").innerText()).toBe("−75.0%");
  });
});

test("Groups by three attributes add up with their rest", async ({ server, visitors }) => {
  const page = await visitors.member(server);
  await page.goto("/p/shop/explorer?metric=job.done&kind=counter&agg=sum&range=1h&by=queue&by2=region&by3=tier");
  const rows = page.locator("section.panel table.tbl").first().locator("tbody tr");
  const told = await rows.evaluateAll((rows) => rows.map((row) => [row.querySelector("td.series")?.textContent, row.querySelector("td:nth-child(6)")?.textContent]));
  const largest = [9, 8, 7, 6, 5, 4, 3].map((job) => [nameOf(job), String(job + 1)]);
  expect(told).toEqual([...largest, ["Other", "6"]]);
});

/** Every five minutes six payments of every gateway; for a quarter of an hour, an hour ago, forty slow ones of one. */
function payments(now: number): Point[] {
  const begin = Math.floor(now / BUCKET) * BUCKET - 72 * BUCKET;
  const usual = Array.from({ length: 72 * 6 }, (_, place) => payment(begin + Math.floor(place / 6) * BUCKET + (place % 6) * 1_000, 30 + (place % 5), GATEWAYS[place % 3] as string, "api@1.9.0"));
  const spike = begin + 60 * BUCKET;
  const slow = Array.from({ length: SPIKE.slow }, (_, place) => payment(spike + place * 20_000, 900, "north", "api@2.0.0"));
  return [...usual, ...slow];
}

function payment(at: number, value: number, gateway: string, release: string): Point {
  return { name: "payment.duration_ms", kind: "distribution", value, unit: "ms", tags: { gateway }, release, ts: new Date(at).toISOString() };
}

function commands(now: number): Point[] {
  const point = (name: string, value: number, minutes: number): Point => ({ name, kind: "counter", value, ts: new Date(now - minutes * MINUTE).toISOString() });
  const tried = [10, 20, 10].map((value, place) => point("command.tried", value, 10 + place));
  const failed = [point("command.failed", 1, 10), point("command.failed", 4, 12)];
  const yesterday = 24 * 60 + 10;
  return [...tried, ...failed, point("command.tried", 4, yesterday), point("command.failed", 2, yesterday)];
}

function jobs(now: number): Point[] {
  const ts = new Date(now - 10 * MINUTE).toISOString();
  return Array.from({ length: 10 }, (_, job) => ({ name: "job.done", kind: "counter", value: job + 1, tags: tagsOf(job), ts }));
}

function tagsOf(job: number): Record<string, string> {
  return { queue: `q${job % 5}`, region: job % 2 === 0 ? "eu" : "us", tier: job < 5 ? "gold" : "free" };
}

function nameOf(job: number): string {
  return Object.values(tagsOf(job)).join(" · ");
}

/** Which of the chart's buckets are high, as the table behind it says. */
async function spike(page: Page): Promise<{ first: number; last: number; count: number }> {
  const texts = await page.locator("details.behind").first().locator("tbody tr td:nth-child(2)").allTextContents();
  // Newest first in the table, oldest first in the chart.
  const high = texts.reverse().map((text) => Number.parseFloat(text) > 500);
  return { first: high.indexOf(true), last: high.lastIndexOf(true), count: high.length };
}

async function brush(page: Page): Promise<void> {
  const { first, last, count } = await spike(page);
  const plot = await page.locator(".cursor").first().boundingBox();
  if (!plot) throw new Error("there is no chart");
  const at = (bucket: number): [number, number] => [plot.x + (plot.width * (bucket + 0.5)) / count, plot.y + plot.height / 2];
  await page.mouse.move(...at(first));
  await page.mouse.down();
  await page.mouse.move(...at(last), { steps: 4 });
  await page.mouse.up();
}

function marked(page: Page): { from: number; until: number } {
  const words = new URL(page.url()).searchParams;
  return { from: Date.parse(words.get("from") ?? ""), until: Date.parse(words.get("until") ?? "") };
}

async function cells(row: Locator, count: number): Promise<string[]> {
  return (await row.locator("td").allInnerTexts()).slice(0, count);
}

/** The figure of the whole range of a series. */
async function whole(panel: Locator, row: number): Promise<string> {
  return panel.locator("table.tbl").first().locator("tbody tr").nth(row).locator("td:nth-child(6)").innerText();
}
