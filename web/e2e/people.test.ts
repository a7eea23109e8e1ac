import { readFile } from "node:fs/promises";
import { describe, expect } from "vitest";
import { test } from "./fixtures.ts";
import { ANN } from "./story.ts";
import { openAwake } from "./visitor.ts";

interface Sessions {
  readonly total: number;
  readonly sessions: readonly {
    readonly name: { readonly id: string };
    readonly id: string | null;
    readonly events: number;
    readonly errors: number;
  }[];
}

const PERSON = `/p/shop/users/profile?id=${ANN.user}`;

describe("a person's page", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`tells what happened, by session, with what went on behind it ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto(PERSON);
      await page.getByRole("heading", { name: ANN.user }).waitFor();
      expect(await page.locator(".banner").innerText()).toContain("1 error, 1 failed span that names them");
      expect(await page.locator(".tl-session .mono").allInnerTexts()).toEqual(["s-today", "s-phone"]);
      const submitted = page.locator(".tl > li", { hasText: "checkout.submitted" });
      expect(await submitted.locator(".moment li").allInnerTexts()).toEqual([
        expect.stringContaining("POST /api/checkout"),
        expect.stringContaining("charge card"),
        expect.stringContaining("payment gateway slow"),
        expect.stringContaining("http.server.duration_ms"),
      ]);
      expect(await submitted.locator(".moment").getAttribute("open")).not.toBeNull();
      expect(await page.locator(".tl > li", { hasText: "cart.size" }).count()).toBe(1);

      await page.getByRole("link", { name: "show errors" }).click();
      await page.waitForURL(/only=error/);
      expect(await page.locator(".tl > li").allInnerTexts()).toEqual([expect.stringContaining("PaymentGatewayTimeout")]);
      await page.getByRole("group", { name: "Kinds" }).getByRole("link", { name: "Identity" }).click();
      await page.waitForURL(/only=identity/);
      expect(await page.locator(".tl > li").count()).toBe(2);
      await page.getByRole("group", { name: "Kinds" }).getByRole("link", { name: "All" }).click();
      await page.getByRole("link", { name: "s-phone" }).click();
      await page.getByRole("heading", { name: "Session" }).waitFor();
      expect(await page.locator(".tl > li").count()).toBe(4);
    });
  }

  test("knows traits with their history, ids with what joined them, and days", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, PERSON);
    const traits = page.locator("section.panel", { has: page.getByRole("heading", { name: "Traits" }) });
    expect(await traits.locator(".kv").innerText()).toMatch(/plan\s+member/);
    await traits.getByText("History").click();
    expect(await traits.locator(".history li", { hasText: "plan" }).allInnerTexts()).toEqual([
      expect.stringMatching(/guest\s*→\s*member/),
      expect.stringContaining("guest"),
    ]);
    const identity = page.locator("section.panel", { has: page.getByRole("heading", { name: "Identity" }) });
    expect(await identity.locator("dt").allInnerTexts()).toEqual([ANN.user, ANN.phone, ANN.laptop]);
    const shades = await page.locator(".calendar [data-shade]").evaluateAll((days) => days.map((day) => getComputedStyle(day).backgroundColor));
    const usual = shades[0];
    expect(shades.filter((shade) => shade !== usual).length).toBe(2);
  });
});

describe("an identity link", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`is undone after a look at what changes, and restored ${javaScriptEnabled ? "" : "without scripts"}`, async ({ server, visitors }) => {
      const ids = javaScriptEnabled ? { user: "eve", device: "eves-phone" } : { user: "eva", device: "evas-phone" };
      const { Signals } = await import("./signals.ts");
      const signals = new Signals(server);
      await signals.track({ name: "$pageview", anonymous_id: ids.device }, { name: "$pageview", user_id: ids.user });
      await signals.post("identify", { identities: [{ user_id: ids.user, anonymous_id: ids.device }] });
      const page = await visitors.member(server, { javaScriptEnabled });
      const path = `/p/shop/users/profile?id=${ids.user}`;
      await expect.poll(async () => { await page.goto(path); return page.locator("dt", { hasText: ids.device }).count(); }, { timeout: 20_000 }).toBe(1);
      await page.getByRole("link", { name: "undo" }).click();
      await page.getByRole("heading", { name: "Undo a link" }).waitFor();
      expect(await page.locator("tr", { hasText: "People" }).first().innerText()).toMatch(/1\s+2$/);
      await page.getByRole("button", { name: "Undo the link" }).click();
      await page.getByRole("link", { name: "restore" }).click();
      await page.getByRole("button", { name: "Restore the link" }).click();
      await page.getByRole("link", { name: "undo" }).waitFor();
      expect(await page.locator("header", { hasText: "Identity" }).innerText()).toContain("2 ids, one person");
    });
  }
});

describe("somebody who asks to be forgotten", () => {
  test("is erased by a button that says so first", async ({ server, visitors }) => {
    const { Signals } = await import("./signals.ts");
    const signals = new Signals(server);
    await signals.track({ name: "$pageview", user_id: "mallory" });
    const page = await visitors.member(server);
    const path = "/p/shop/users/profile?id=mallory";
    await expect.poll(async () => (await page.goto(path))?.status(), { timeout: 20_000 }).toBe(200);
    await page.locator("summary", { hasText: "Erase" }).click();
    await page.getByRole("button", { name: "Erase everything" }).click();
    await page.getByRole("status").filter({ hasText: "being forgotten" }).waitFor();
    // While somebody is being forgotten, a page may find nobody half-way through: what counts is that it ends.
    const isForgotten = async () => {
      const status = (await page.goto(path))?.status();
      return [status, await page.getByRole("heading", { name: "Nobody has this id" }).count()];
    };
    await expect.poll(isForgotten, { timeout: 30_000 }).toEqual([404, 1]);
  });
});

describe("Sessions", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`are listed as asked, and lead to their steps ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto("/p/shop/sessions?range=30d");
      const listed = await shop.signals.ask<Sessions>("sessions/list?range=30d");
      const counted = await shop.signals.ask<{ readonly total: { readonly sessions: number } }>("sessions?range=30d");
      expect(listed.total).toBe(counted.total.sessions);
      expect(await page.locator("td.who > :first-child").allInnerTexts()).toEqual(listed.sessions.map(({ name }) => name.id));

      await page.getByRole("link", { name: "Events", exact: true }).click();
      await page.locator("th[aria-sort=descending]", { hasText: "Events" }).waitFor();
      const most = await shop.signals.ask<Sessions>("sessions/list?range=30d&sort=events");
      const events = (await page.locator("tbody td:nth-child(5)").allInnerTexts()).map(Number);
      expect(events).toEqual(most.sessions.map((session) => session.events));

      await page.goto(`/p/shop/sessions?range=30d&sort=events&filter=user:${ANN.user}`);
      const { sessions } = await shop.signals.ask<Sessions>(`sessions/list?range=30d&sort=events&filter=user:${ANN.user}`);
      expect(sessions.map(({ id, errors }) => [id, errors])).toEqual([["s-today", 1], ["s-phone", 0]]);
      const first = sessions[0];
      await page.locator("tbody tr").first().locator("a").first().click();
      await page.getByRole("heading", { name: "Session" }).waitFor();
      expect(await page.locator(".tl-session .mono").allInnerTexts()).toEqual(["s-today"]);
      expect(await page.locator(".tl > li", { hasText: /Viewed|Left|cart\.add|checkout/ }).count()).toBeGreaterThanOrEqual(first?.events ?? 0);
    });
  }

  test("are exported with filter and order", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/sessions?range=30d&filter=os:iOS&sort=duration");
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "CSV" }).click();
    const lines = (await readFile(await (await download).path(), "utf8")).trim().split("\n");
    expect(lines[0]).toBe("kind,person,session,from,until,events,page_views,bounced,errors,entry,exit,referrer,country,os,browser,release");
    expect(lines.slice(1).map((line) => line.split(",")[1])).toEqual(await page.locator("td.who > :first-child").allInnerTexts());
  });
});
