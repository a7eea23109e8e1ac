import { describe, expect } from "vitest";
import { test } from "./fixtures.ts";
import { openAwake } from "./visitor.ts";

interface Trend {
  readonly series: readonly { readonly value: number | null }[];
  readonly formula: { readonly total: number | null } | null;
}

interface Active {
  readonly days: readonly { readonly daily: number; readonly weekly: number; readonly monthly: number; readonly day: { readonly open: boolean } }[];
}

describe("Trends", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`two events and what a formula makes of them ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto("/p/shop/trends?range=30d");
      await page.getByLabel("Event of A").fill("cart.add");
      await page.getByLabel("Event of B").fill("order.paid");
      await page.getByLabel("Formula").fill("B/A*100");
      await page.getByRole("button", { name: "Show" }).click();
      await page.getByRole("heading", { name: "B/A*100 per day" }).waitFor();
      const asked = await shop.signals.ask<Trend>(
        "trend?range=30d&series=name:cart.add&measure=people&series=name:order.paid&measure=people&formula=B/A*100",
      );
      const wholes = await page.locator("td.series ~ td.num:last-child").allInnerTexts();
      expect(wholes.map(Number)).toEqual(asked.series.map((series) => series.value));
      expect(await page.getByText("over the whole range").innerText()).toContain(String(Math.round((asked.formula?.total ?? 0) * 10) / 10));

      // A third line is offered, and what stands in the form is what is shown.
      expect(await page.getByLabel("Event of B").inputValue()).toBe("order.paid");
      expect(await page.getByLabel("Event of C").inputValue()).toBe("");
    });
  }

  test("a number needs a prop, and the form says so and keeps what was filled in", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await page.goto("/p/shop/trends?a=order.paid&a_by=sum");
    expect(await page.getByRole("alert").innerText()).toBe("A: Sum of which prop?");
    await page.getByLabel("Prop of A").fill("value");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("heading", { name: "A order.paid, sum(value) per day" }).waitFor();
  });
});

test("active people are those of the answer, and Metrics leads to them", async ({ shop, visitors }) => {
  const page = await visitors.member(shop.server);
  await page.goto("/p/shop/metrics?range=30d");
  await page.getByRole("link", { name: "Active people" }).click();
  await page.getByRole("heading", { name: "Daily, weekly and monthly active people" }).waitFor();
  const { days } = await shop.signals.ask<Active>("active?range=30d");
  const newest = days.findLast((day) => !day.day.open);
  const said = await page.locator("p.figures").innerText();
  expect(said).toContain(`${newest?.daily} daily, ${newest?.weekly} weekly, ${newest?.monthly} monthly`);
});

describe("a part of the chart", () => {
  test("that is dragged over is shown, with everything else as it was", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/metrics?range=7d&measure=events");
    const plot = await page.locator(".cursor").first().boundingBox();
    if (!plot) throw new Error("there is no chart");
    const at = (bucket: number): [number, number] => [plot.x + (plot.width * (bucket + 0.5)) / 7, plot.y + plot.height / 2];
    await page.mouse.move(...at(1));
    await page.mouse.down();
    await page.mouse.move(...at(3), { steps: 4 });
    await page.locator(".cursor .brush").waitFor();
    await page.mouse.up();
    await page.waitForURL(/from=\d{4}-\d\d-\d\d&until=\d{4}-\d\d-\d\d/);
    const url = new URL(page.url());
    const [from, until] = ["from", "until"].map((name) => Date.parse(url.searchParams.get(name) ?? ""));
    expect(((until ?? 0) - (from ?? 0)) / 86_400_000).toBe(2);
    expect(url.searchParams.get("measure")).toBe("events");
    expect(url.searchParams.get("range")).toBeNull();
  });

  test("is marked with Shift and the arrows, and shown with Enter", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/metrics?range=24h");
    await page.locator(".cursor").first().focus();
    for (const key of ["End", "Shift+ArrowLeft", "Shift+ArrowLeft", "Enter"]) await page.keyboard.press(key);
    await page.waitForURL(/from=[^&]+T[^&]+Z&until=[^&]+Z/);
    const url = new URL(page.url());
    const [from, until] = ["from", "until"].map((name) => Date.parse(url.searchParams.get(name) ?? ""));
    expect(((until ?? 0) - (from ?? 0)) / 3_600_000).toBe(3);
  });
});
