import { describe, expect } from "vitest";
import { test } from "./fixtures.ts";
import { FAILED_TRACE } from "./story.ts";
import { openAwake } from "./visitor.ts";

interface Found {
  readonly records: readonly { readonly id: string; readonly body: string; readonly level: string; readonly trace_id: string | null }[];
}
interface Summary {
  readonly total: Readonly<Record<string, number>>;
}

describe("Logs", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`a search, a value beside the list and a record ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto("/p/shop/logs?range=30d");
      await page.getByRole("textbox", { name: "Filter" }).or(page.getByRole("combobox", { name: "Filter" })).fill("level>=warning");
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: "Remove level in (warning, error, fatal)" }).waitFor();
      const asked = await shop.signals.ask<Found>("logs?range=30d&filter=level%3E%3Dwarning");
      expect(asked.records.length).toBeGreaterThan(0);
      const shown = await page.locator(".loglines > li").evaluateAll((lines) => lines.map((line) => (line as HTMLElement).dataset.id));
      expect(shown).toEqual(asked.records.map(({ id }) => id));

      // The chart says what the API counts.
      const { total } = await shop.signals.ask<Summary>("logs/summary?range=30d&filter=level%3E%3Dwarning");
      expect(await page.locator("svg.plot").getAttribute("aria-label")).toContain(`${total["error"]} error`);

      const values = page.getByRole("navigation", { name: "Values to choose by" });
      await values.getByRole("link").first().click();
      await page.locator(".loglines > li .at").first().click();
      const record = page.getByRole("complementary", { name: "Log record" });
      await record.waitFor();
      const first = await record.locator("pre.says").innerText();
      expect(asked.records.map(({ body }) => body)).toContain(first);
      expect(await record.locator(".log-around > li.chosen").count()).toBe(1);
      expect(await record.getByRole("link", { name: "Its trace", exact: true }).getAttribute("href")).toMatch(/^\/p\/shop\/traces\/[0-9a-f]{32}$/);
      await record.getByRole("link", { name: "Logs of its trace" }).click();
      await page.getByRole("link", { name: /^Remove trace:/ }).waitFor();
      expect(await page.locator(".loglines > li").count()).toBeGreaterThan(0);
    });
  }

  test("what cannot be read is said, and nothing found has a way out", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await page.goto("/p/shop/logs?range=24h&add=level%3Eloud");
    await page.getByText("trace, debug, info, warning, error or fatal").waitFor();
    await page.goto("/p/shop/logs?range=24h&filter=nobody-wrote-this");
    await page.getByRole("heading", { name: "No record in this range" }).waitFor();
    await page.getByRole("link", { name: "Remove the filter" }).click();
    await page.getByRole("link", { name: /^Remove / }).first().waitFor({ state: "detached" });
  });
});

describe("following", () => {
  test("a project without a record says how to send one, and then shows what arrives", async ({ server, signals, visitors }) => {
    const page = await visitors.member(server);
    await page.goto("/p/shop/logs");
    await page.getByRole("heading", { name: "No log record yet" }).waitFor();
    await signals.post("logs", { logs: [{ level: "info", body: "the first line", service: "api", trace_id: FAILED_TRACE }] });
    await openAwake(page, "/p/shop/logs?range=1h&filter=service:api");
    expect(await page.locator(".loglines > li").count()).toBe(1);
    await page.getByRole("button", { name: "Follow" }).click();
    await signals.post("logs", { logs: [{ body: "another <b>line</b>", service: "api" }, { body: "somebody else's", service: "web" }] });
    const fresh = page.locator(".loglines > li.new");
    await fresh.waitFor();
    expect(await fresh.locator(".says").innerText()).toBe("another <b>line</b>");
    expect(await page.locator(".loglines > li").count()).toBe(2);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused: 1 new").waitFor();
    await fresh.locator("a").click();
    await page.getByRole("complementary", { name: "Log record" }).waitFor();
  });
});
