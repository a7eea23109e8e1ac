// The demo as it comes: on its last evening the payment gateway did not answer.
import { expect } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";
import { openAwake } from "./visitor.ts";

/** Cells run together in a row's text. */
const USER = /u\d{5}/;

test("from failed checkouts that rise to the slow span, its error and whose it was", async ({ server, visitors }) => {
  const { THROUGHLINE_ENDPOINT: endpoint, THROUGHLINE_SECRET: secret } = server.keys;
  await server.run("demo", "--endpoint", endpoint, "--secret", secret, "--days", "3", "--users", "1500");
  await expect.poll(() => server.rows("select count(*)::int from pending"), { timeout: 50_000 }).toEqual([[0]]);

  // Aggregates: the evening stands out.
  const page = await visitors.member(server);
  await openAwake(page, "/p/shop/explorer?metric=checkout.failed&kind=counter&agg=sum&range=7d");
  const plot = await page.locator(".cursor").first().boundingBox();
  if (!plot) throw new Error("no chart");
  const { place, value, others } = await peakOf(page);
  expect(value).toBeGreaterThan(5 * Math.max(1, others));
  await page.mouse.click(plot.x + plot.width * place, plot.y + plot.height / 2);

  // Samples of that hour, and one of somebody who had signed in.
  await page.waitForURL(/explorer\/samples/);
  await page.locator("tbody tr", { hasText: "gateway_timeout" }).filter({ hasText: USER }).first().locator("td a").first().click();
  const panel = page.locator("aside.side-panel");
  await panel.getByText("PaymentGatewayTimeout").first().waitFor();

  // Its trace, at the span that the point was sent with. The next errors are the call that waited in vain, and its second try.
  await panel.locator(".trace a").first().click();
  await page.waitForURL(/\/traces\//);
  await page.locator("html[data-islands=awake]").waitFor({ state: "attached" });
  const next = page.getByRole("button", { name: "Next error" });
  await next.click();
  await page.locator(".wf-row[aria-selected=true]", { hasText: "POST /v1/charges" }).waitFor();
  await next.click();
  await page.locator("aside", { hasText: "PaymentGatewayTimeout" }).first().waitFor();
  expect(await page.locator(".wf-row[aria-selected=true]").innerText()).toContain("POST /v1/charges");

  // And whose it was.
  await page.getByRole("link", { name: USER }).first().click();
  await page.waitForURL(/users\/profile/);
  expect(await page.locator("main").innerText()).toContain("PaymentGatewayTimeout");
});

/** Where the highest bucket stands, as a share of the width, its value, and the middle one of all with points. */
async function peakOf(page: Page): Promise<{ place: number; value: number; others: number }> {
  const texts = await page.locator("details.behind tbody tr td:nth-child(2)").allTextContents();
  // Newest first in the table, oldest first in the chart.
  const values = texts.map((text) => Number.parseFloat(text.replace(",", ""))).reverse();
  const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const value = known.at(-1) ?? 0;
  return { place: (values.indexOf(value) + 0.5) / values.length, value, others: known[Math.floor(known.length / 2)] ?? 0 };
}
