import { describe, expect } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";
import { DevServer } from "./server.ts";
import { openAwake } from "./visitor.ts";

/** From the acknowledgement to the screen. */
const SHOWN_MS_MAX = 5_000;

describe("Live", () => {
  test("changes after an event was sent, without a reload", async ({ server, signals, visitors }) => {
    const page = await visitors.member(server);
    await openAwake(page, "/p/shop/live");
    await page.getByText("No event yet").waitFor();
    expect(await page.getByRole("button", { name: "Pause" }).isVisible()).toBe(false);
    const navigations: string[] = [];
    page.on("framenavigated", (frame) => navigations.push(frame.url()));

    await signals.track({ name: "cart.add", user_id: "u1", route: "/cart", context: { country: "DE", os: "Linux" } });
    await people(page, 1);
    await page.locator(".feed li", { hasText: "cart.add" }).waitFor({ timeout: SHOWN_MS_MAX });
    await page.getByRole("button", { name: "Pause" }).waitFor();
    expect(await page.locator(".hero svg.plot rect").count()).toBe(30);

    await signals.track({ name: "page_view", user_id: "u2", route: "/" }, { name: "page_view", user_id: "u1", route: "/" });
    await people(page, 2);
    expect(await page.locator(".feed li").count()).toBe(3);
    expect(navigations).toEqual([]);
  });

  test("shows the same event to everybody who looks", async ({ server, signals, visitors }) => {
    const pages = [await visitors.member(server), await visitors.member(server)];
    for (const page of pages) await openAwake(page, "/p/shop/live");
    await signals.track({ name: "order.paid", user_id: "u3" });
    for (const page of pages) await page.locator(".feed li", { hasText: "order.paid" }).waitFor({ timeout: SHOWN_MS_MAX });
  });

  test("is narrowed by a click on a value, and an event that is looked into stays", async ({ server, signals, visitors }) => {
    const page = await visitors.member(server);
    await signals.track(
      { name: "cart.open", user_id: "u8", context: { country: "DE" } },
      { name: "cart.filled", user_id: "u9", props: { sku: "TENT-2P" }, context: { country: "SE" } },
    );
    await openAwake(page, "/p/shop/live");
    await page.locator("ol.ranked a", { hasText: "Sweden" }).click();
    await page.locator(".chip", { hasText: "country:SE" }).waitFor();
    await page.locator(".feed li", { hasText: "cart.filled" }).waitFor();
    expect(await page.locator(".feed li", { hasText: "cart.open" }).count()).toBe(0);

    await page.locator(".fresh", { hasText: "updating" }).waitFor();
    await page.locator(".feed summary", { hasText: "cart.filled" }).click();
    await page.locator(".feed pre", { hasText: "TENT-2P" }).waitFor();
    await page.getByRole("button", { name: "Resume" }).waitFor();
    await signals.track({ name: "cart.later", user_id: "u9", context: { country: "SE" } });
    await people(page, 1);
    expect(await page.locator(".feed li", { hasText: "cart.later" }).count()).toBe(0);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator(".feed li", { hasText: "cart.later" }).waitFor({ timeout: SHOWN_MS_MAX });
  });

  test("on a wall there are figures and a way back", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await page.goto("/p/shop/live?wall=1");
    expect(await page.getByRole("navigation", { name: "Main" }).isVisible()).toBe(false);
    await page.getByRole("link", { name: "Leave the wall" }).click();
    await page.getByRole("navigation", { name: "Main" }).waitFor();
  });

  test("says in its head that it updates", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await openAwake(page, "/p/shop/live");
    await page.locator(".fresh", { hasText: "updating" }).waitFor();
  });

  test("says that its figures are old once the server is gone", async ({ visitors, onTestFinished }) => {
    const server = await DevServer.start();
    onTestFinished(() => server.stop());
    const page = await visitors.member(server);
    await openAwake(page, "/p/shop/live");
    await page.locator(".fresh", { hasText: "updating" }).waitFor();
    await server.stop();
    await page.locator(".fresh .late", { hasText: "Reconnecting; figures as of" }).waitFor();
    expect(await page.locator("[data-figure=people]").innerText()).toBe("0");
  });
});

async function people(page: Page, count: number): Promise<void> {
  await page.locator("[data-figure=people]", { hasText: new RegExp(`^${count}$`) }).waitFor({ timeout: SHOWN_MS_MAX });
}
