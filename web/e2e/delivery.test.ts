// Where is my event? The way of somebody who has curl and a browser without scripts.
import { randomUUID } from "node:crypto";
import { describe, expect, vi } from "vitest";
import { test } from "./fixtures.ts";

const SCRIPTLESS = { javaScriptEnabled: false };
const SEEN_MS_MAX = 30_000;

interface Books {
  books: { reported: Record<string, number>; unreported: Record<string, number>; refused_requests: number };
  senders: unknown[];
  reasons: { reason: string; hint: string }[];
}

describe("Delivery", () => {
  test("shows an equation that adds up, by sender and by reason, without scripts", async ({ shop, visitors }) => {
    const refused = async () => {
      const books = await shop.signals.ask<Books>("delivery");
      if (books.books.refused_requests === 0) throw new Error("the refused request is not booked yet");
      return books;
    };
    const answer = await vi.waitFor(refused, { timeout: SEEN_MS_MAX, interval: 100 });
    const page = await visitors.member(shop.server, SCRIPTLESS);
    await page.goto("/p/shop/delivery");
    const figures = await page.locator(".equation dd").allInnerTexts();
    const [made, ...parts] = figures.map((text) => Number(text.replaceAll(/[^0-9]/g, "")));
    expect(made).toBe(answer.books.reported.made);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(made);
    expect(await page.locator(".chart svg.plot g").count()).toBe(24);
    expect(await page.locator("section", { hasText: "Senders" }).locator("tbody tr").count()).toBe(answer.senders.length);
    const reasons = await page.locator("section", { has: page.locator("h2", { hasText: /^Reasons$/ }) }).innerText();
    for (const { reason, hint } of answer.reasons) {
      expect(reasons).toContain(reason);
      // What is to be typed stands in code on the page.
      expect(reasons).toContain(hint.replaceAll("`", ""));
    }
    const refusals = await page.locator(".refusals").innerText();
    expect(refusals).toContain("too_old");
    expect(refusals).not.toContain("4111");
    await page.getByRole("group", { name: "Signal" }).getByRole("link", { name: "Metric points" }).click();
    expect(page.url()).toContain("signal=metric");
    expect(await page.locator(".status.ok", { hasText: "running" }).count()).toBe(1);
    expect(await page.locator("button[type=button]:visible").count()).toBe(0);
  });

  test("an empty project says how to send, and where to look", async ({ server, visitors }) => {
    const page = await visitors.member(server, SCRIPTLESS);
    await page.goto("/p/shop/delivery");
    expect(await page.locator(".snippet pre").innerText()).toContain(server.keys.THROUGHLINE_KEY);
    expect(await page.getByRole("searchbox").isVisible()).toBe(true);
  });
});

describe("the event x-ray", () => {
  test("tells why an event that was sent with curl is not on the screen, and follows one that is", async ({ server, signals, visitors }) => {
    const page = await visitors.member(server, SCRIPTLESS);
    const xray = async (id: string) => {
      await page.goto("/p/shop/delivery");
      await page.getByRole("searchbox").fill(id);
      await page.getByRole("button", { name: "X-ray" }).click();
      return page.locator(".found").innerText();
    };
    const [fine, refused, never] = [randomUUID(), randomUUID(), randomUUID()];
    const events = [
      { event_id: fine, name: "cart.add", user_id: "u1" },
      { event_id: refused, name: "cart.add", ts: "2001-01-01T00:00:00Z" },
    ];
    expect((await signals.post("track", { batch_id: "night-7", events })).status).toBe(202);

    const reason = await xray(refused);
    expect(reason).toContain("Refused");
    expect(reason).toContain("too_old");
    expect(reason).toContain("history goes to the import endpoint");
    expect(await page.getByRole("searchbox").inputValue()).toBe(refused);

    await vi.waitFor(async () => expect(await xray(fine)).toContain("On screen"), { timeout: SEEN_MS_MAX, interval: 200 });
    expect(await page.locator(".hops li").count()).toBe(5);
    expect(await page.locator(".hops").innerText()).toContain("user u1");
    expect(await xray("night-7")).toContain("1 item stored, 1 refused");
    const unknown = await xray(never);
    expect(unknown).toContain("Not found");
    expect(await page.locator(".checks li").count()).toBeGreaterThan(4);
    expect(unknown).toContain("throughline tail");
  });
});
