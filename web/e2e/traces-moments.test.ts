// Moments with figures that are known, and people who are known by a session only.
import { expect } from "vitest";
import { test } from "./fixtures.ts";
import { openAwake } from "./visitor.ts";

const MOMENTS = 20;
const TRACE = "4f1c9e2ab07d4c55a1b2c3d4e5f60888";

test.beforeAll(async ({ signals }) => {
  const now = Date.now();
  const sent = [await signals.post("spans", { spans: [...moments(now), ...visit(now)] }), await signals.post("track", { events: [seen(now)] })];
  expect(sent.map(({ status }) => status)).toEqual([202, 202]);
  await signals.counted();
});

test("A moment has its count, how it ended and how long it took, and leads to a trace", async ({ server, visitors }) => {
  const page = await visitors.member(server);
  await page.goto("/p/shop/traces/moments?range=1h");
  const row = page.getByRole("region", { name: "Moments" }).locator("tbody tr", { hasText: "checkout" });
  const [count, , abandoned, failed, p50, p95] = await row.locator("td.num").allInnerTexts();
  expect([count, abandoned, failed]).toEqual([String(MOMENTS), "25.0%", "15.0%"]);
  // Of durations of 100 to 2,000 ms the tenth and the nineteenth, within a percent.
  expect(Math.abs(milliseconds(p50) / 1_000 - 1)).toBeLessThan(0.015);
  expect(Math.abs(milliseconds(p95) / 1_900 - 1)).toBeLessThan(0.015);

  await row.getByRole("link", { name: "15.0%" }).click();
  await page.waitForURL(/status/);
  expect(await page.locator("section.panel h2").first().innerText()).toBe("3 spans");
  await page.getByRole("region", { name: "Found" }).getByRole("link", { name: "checkout" }).first().click();
  await page.waitForURL(/traces\/[0-9a-f]{32}/);
  expect(await page.locator("h1").innerText()).toBe("checkout");
  expect(await page.locator("aside .details").first().innerText()).toContain("failed");
});

test("A trace with an error inside is found although its root is fine", async ({ server, visitors }) => {
  const page = await visitors.member(server);
  await openAwake(page, "/p/shop/traces?range=1h&filter=name:visit");
  const heading = page.locator("section.panel header").first();
  expect(await heading.innerText()).toContain("1 with errors, 100.0%");
  expect(await heading.innerText()).toContain("of 0 the root itself failed");
  await heading.getByRole("link", { name: "with errors" }).click();
  await page.waitForURL(/errors/);
  expect(await page.getByRole("region", { name: "Found" }).getByRole("link", { name: "visit" }).count()).toBe(1);
  await page.goto("/p/shop/traces?range=1h&filter=name:visit%20status:error");
  expect(await page.locator("main").innerText()).toContain("Nothing was found");
});

test("Whoever is known by an anonymous id only is a link all the same", async ({ server, visitors }) => {
  const page = await visitors.member(server);
  await page.goto(`/p/shop/traces/${TRACE}?span=${"0".repeat(15)}1`);
  expect(await page.locator("aside dt", { hasText: "Person" }).count()).toBe(1);
  await page.locator("dd", { hasText: "s-hall" }).getByRole("link").first().click();
  await page.waitForURL(/users\/profile\?.*id=a-hall/);
  expect(await page.locator("main").innerText()).toContain("hall.entered");
});

/** Five are given up, three fail. */
function moments(now: number): object[] {
  return Array.from({ length: MOMENTS }, (_, place) => ({
    trace_id: (place + 1).toString(16).padStart(32, "a"),
    span_id: (place + 1).toString(16).padStart(16, "b"),
    name: "checkout",
    op: "moment",
    service: "web",
    start: new Date(now - 600_000 + place).toISOString(),
    duration_ms: (place + 1) * 100,
    status: place % 4 === 0 ? "cancelled" : [1, 9, 15].includes(place) ? "error" : "ok",
  }));
}

function visit(now: number): object[] {
  const span = { trace_id: TRACE, service: "web", start: new Date(now - 300_000).toISOString(), session_id: "s-hall" };
  return [
    { ...span, span_id: `${"0".repeat(15)}1`, name: "visit", duration_ms: 200, status: "ok" },
    { ...span, span_id: `${"0".repeat(15)}2`, parent_span_id: `${"0".repeat(15)}1`, name: "GET /hall", duration_ms: 100, status: "error" },
  ];
}

function seen(now: number): object {
  return { name: "hall.entered", ts: new Date(now - 299_950).toISOString(), anonymous_id: "a-hall", session_id: "s-hall", trace_id: TRACE };
}

function milliseconds(text: string | undefined): number {
  const [, figure, unit] = /([\d.]+)\s(ms|s)/.exec(text ?? "") ?? [];
  return Number(figure) * (unit === "s" ? 1_000 : 1);
}
