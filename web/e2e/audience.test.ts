import { readFile } from "node:fs/promises";
import { describe, expect } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";
import { openAwake } from "./visitor.ts";

interface Totals {
  readonly totals: {
    readonly people: number;
    readonly page_views: number;
    readonly events: number;
    readonly sessions: { readonly sessions: number };
  };
}

interface Compared {
  readonly buckets: readonly { readonly start: string }[];
  readonly previous: readonly { readonly start: string }[];
  readonly previous_totals: { readonly events: number } | null;
}

interface Suggestions {
  readonly values: readonly { readonly value: string }[];
}

interface Journeys {
  readonly total: number;
  readonly steps: readonly { readonly nodes: readonly { readonly key: "absent" | "other" | { readonly value: string }; readonly journeys: number; readonly ended: number }[] }[];
}

interface Hours {
  readonly hours: readonly { readonly events: number }[];
}

interface Users {
  readonly total: number;
  readonly users: readonly { readonly name: { readonly id: string }; readonly events: number }[];
}

interface Breakdowns {
  readonly breakdowns: readonly {
    readonly rows: readonly { readonly key: "absent" | { readonly value: string }; readonly counts: { readonly people: number } }[];
  }[];
}

interface Routes {
  readonly routes: readonly {
    readonly route: { readonly value: string };
    readonly views: number;
    readonly people: number;
    readonly entries: number;
    readonly exits: number;
  }[];
}

describe("the filter bar", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`narrows Metrics by what is typed, clicked and taken away ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto("/p/shop/metrics?range=30d&measure=events");
      const everything = await figures(page);
      await page.getByRole("searchbox").or(page.getByLabel("Filter", { exact: true })).fill("os:iOS");
      await page.keyboard.press("Enter");
      await page.locator(".chip", { hasText: "os:iOS" }).waitFor();
      expect(await figures(page)).toEqual(await asked(shop, "range=30d&filter=os:iOS"));
      expect((await figures(page))[0]).toBeLessThan(everything[0] as number);
      expect(page.url()).toContain("measure=events");

      await page.locator("ol.ranked a", { hasText: "/cart" }).click();
      await page.locator(".chip", { hasText: "route:/cart" }).waitFor();
      const both = await figures(page);
      expect(both).toEqual(await asked(shop, "range=30d&filter=os:iOS%20route:/cart"));

      await page.getByRole("group", { name: "Range" }).getByRole("link", { name: "7D" }).click();
      expect(await page.locator(".chip").count()).toBe(2);
      await page.getByRole("link", { name: "Remove os:iOS" }).click();
      expect(await page.locator(".chip").allTextContents()).toEqual(["route:/cart"]);
      expect(await figures(page)).toEqual(await asked(shop, "range=7d&filter=route:/cart"));
    });
  }

  test("says what is wrong with what was typed, and keeps it", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/metrics?filter=os:iOS");
    await page.keyboard.press("/");
    await page.keyboard.type("price>");
    await page.keyboard.press("Enter");
    const fault = page.locator("#filter-fault");
    await fault.waitFor();
    expect(await fault.innerText()).toContain("character 7");
    expect(await page.getByLabel("Filter", { exact: true }).inputValue()).toBe("price>");
    expect(await page.locator(".chip").allTextContents()).toEqual(["os:iOS"]);
  });

  test("offers the way out when nothing matches", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/metrics?filter=country:XX");
    await page.getByRole("link", { name: "Remove the filter" }).click();
    await page.locator(".stat").first().waitFor();
    expect(await page.locator(".chip").count()).toBe(0);
  });
});

describe("the time of Metrics", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`is any days, compared with what is asked ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto("/p/shop/metrics?measure=events&filter=os:iOS");
      await page.locator("summary", { hasText: "Custom" }).click();
      const [from, until] = [daysAgo(8), daysAgo(3)];
      await page.getByLabel("From").fill(from);
      await page.getByLabel("To, included").fill(until);
      await page.getByRole("button", { name: "Show" }).click();
      await page.waitForURL(/until=/);
      const query = `from=${from}&until=${until}&filter=os:iOS`;
      expect(await figures(page)).toEqual(await asked(shop, query));
      expect(page.url()).toContain("measure=events");

      await page.locator("summary", { hasText: "vs" }).click();
      await page.getByRole("link", { name: "the same weekdays before" }).click();
      await page.waitForURL(/compare=week/);
      const week = await shop.signals.ask<Compared>(`audience/metrics?${query}&compare=week`);
      expect(daysBetween(week.previous[0]?.start, week.buckets[0]?.start)).toBe(7);
      const card = page.locator("a.stat", { hasText: "Events" });
      expect(plain((await card.locator(".meta").innerText()).replace(/^.*from /s, ""))).toBe(week.previous_totals?.events);

      await page.getByRole("group", { name: "Range" }).getByRole("link", { name: "7D" }).click();
      await page.waitForURL((url) => !url.searchParams.has("from"));
      expect(page.url()).toContain("compare=week");
    });
  }
});

describe("notes beside the figures", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`are added at a time of the project's zone, drawn, and removed ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      const text = `Spring mailing ${javaScriptEnabled}`;
      await page.goto("/p/shop/metrics?range=30d&measure=events");
      await page.locator("summary", { hasText: "Note" }).click();
      await page.getByLabel("What happened").fill(text);
      await page.getByLabel("When, in Europe/Berlin").fill(`${daysAgo(3)}T12:00`);
      await page.getByRole("button", { name: "Add" }).click();
      const note = page.getByRole("list", { name: "Notes" }).getByRole("listitem").filter({ hasText: text });
      await note.waitFor();
      expect(await note.innerText()).toContain("12:00");
      expect(page.url()).toContain("measure=events");
      // 27 of 30 buckets lie before it or begin with its day.
      const left = await page.locator(`.note-mark[title*="${text}"]`).evaluate((mark) => Number.parseFloat((mark as HTMLElement).style.left));
      expect(left).toBeCloseTo((26.5 / 30) * 100, 0);
      const listed = await shop.signals.ask<readonly { readonly text: string }[]>("annotations");
      expect(listed.map((annotation) => annotation.text)).toContain(text);
      await note.getByRole("button", { name: `Remove the note ${text}` }).click();
      await page.waitForURL(/measure=events/);
      await expect.poll(() => note.count()).toBe(0);
    });
  }
});

describe("the filter bar's suggestions", () => {
  test("are values with how often they occur, and keys of props", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/metrics?range=30d");
    const bar = page.getByLabel("Filter", { exact: true });
    await bar.focus();
    const options = () => page.locator("#filter-fields option").evaluateAll((found) => found.map((option) => (option as HTMLOptionElement).value));
    await bar.fill("name:$pageview sk");
    await expect.poll(options).toContain("name:$pageview sku:");
    await bar.fill("os:");
    const { values } = await shop.signals.ask<Suggestions>("suggestions?field=os&range=30d");
    await expect.poll(options).toEqual(values.map(({ value }) => `os:${value}`));
    await bar.fill("country:DE os:and");
    await expect.poll(options).toEqual(["country:DE os:Android"]);
  });
});

describe("the lists of Metrics", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`say who people are, by what is asked, and leave a value out ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto("/p/shop/metrics?range=30d");
      const panel = page.locator("section.panel", { has: page.getByRole("heading", { name: "Devices" }) });
      await panel.getByRole("link", { name: "Browser", exact: true }).click();
      await page.waitForURL(/devices=browser/);
      await panel.getByRole("link", { name: "OS", exact: true }).click();
      await page.waitForURL((url) => !url.searchParams.has("devices"));
      const { breakdowns } = await shop.signals.ask<Breakdowns>("breakdowns?range=30d&by=os");
      const rows = breakdowns[0]?.rows ?? [];
      expect(rows.length).toBeGreaterThan(2);
      expect(await panel.locator("li > :first-child").allInnerTexts()).toEqual(rows.map(({ key }) => (key === "absent" ? "not said" : key.value)));
      expect((await panel.locator("li > span:nth-last-child(2)").allInnerTexts()).map(plain)).toEqual(rows.map(({ counts }) => counts.people));

      await panel.locator("li", { hasText: "iOS" }).hover();
      await panel.getByRole("link", { name: "Without iOS" }).click();
      await page.locator(".chip", { hasText: "os!=iOS" }).waitFor();
      expect(await figures(page)).toEqual(await asked(shop, "range=30d&filter=os!=iOS"));
      expect(await panel.locator("li", { hasText: "iOS" }).count()).toBe(0);
    });
  }

  test("draw sessions, bounces and visits as they draw people", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/metrics?range=30d");
    const { totals } = await shop.signals.ask<{ totals: { sessions: { bounce_rate: number } } }>("audience/metrics?range=30d");
    const card = page.locator("a.stat", { hasText: "Bounce rate" });
    expect(await card.locator(".value").innerText()).toBe(`${(totals.sessions.bounce_rate * 100).toFixed(1)}%`);
    await card.click();
    await page.getByRole("heading", { name: "Bounce rate per day" }).waitFor();
    expect(await page.locator(".chart").first().innerText()).toContain("%");
  });
});

describe("Behavior", () => {
  test("shows where people came from and went to, and when they are here", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/behavior?range=30d&filter=route:/cart");
    const query = "range=30d&filter=name:$pageview&start=route:/cart&by=route&steps=2&window=86400&top=8";
    for (const [title, direction, ended] of [["Came from", "before", "began here"], ["Went to", "after", "left from here"]] as const) {
      const { total, steps } = await shop.signals.ask<Journeys>(`journeys?${query}&direction=${direction}`);
      const panel = page.locator("section.panel", { has: page.getByRole("heading", { name: title, exact: true }) });
      const rows = await panel.locator("li").evaluateAll((found) => found.map((row) => [row.children[0]?.textContent, row.children[1]?.textContent]));
      const told = new Map(rows.map(([name, count]) => [name, plain(count ?? "")]));
      for (const { key, journeys } of steps[1]?.nodes ?? []) if (typeof key === "object") expect(told.get(key.value)).toBe(journeys);
      expect(told.get(ended)).toBe(steps[0]?.nodes.reduce((sum, node) => sum + node.ended, 0));
      expect([...told.values()].reduce((sum, count) => sum + count, 0)).toBe(total);
    }
    const { hours } = await shop.signals.ask<Hours>("hours?range=30d&filter=route:/cart");
    const { totals } = await shop.signals.ask<Totals>("audience/metrics?range=30d&filter=route:/cart");
    expect(hours.reduce((sum, hour) => sum + hour.events, 0)).toBe(totals.events);
    const shaded = await page.locator(".week td:not([data-shade='0'])").count();
    expect(shaded).toBe(hours.filter(({ events }) => events > 0).length);
    await page.locator("section.panel", { has: page.getByRole("heading", { name: "Went to" }) }).locator("li a").first().click();
    await page.waitForURL((url) => url.searchParams.get("filter") !== "route:/cart");
  });

  test("shows each route as the API tells it, sorted as asked", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/behavior?range=30d");
    const { routes } = await shop.signals.ask<Routes>("routes?range=30d&top=200");
    expect(await column(page, 0)).toEqual(routes.map(({ route }) => route.value));
    expect((await column(page, 1)).map(plain)).toEqual(routes.map(({ views }) => views));
    expect((await column(page, 2)).map(plain)).toEqual(routes.map(({ people }) => people));
    expect((await column(page, 4)).map(plain)).toEqual(routes.map(({ entries }) => entries));
    await page.getByRole("link", { name: "Exits", exact: true }).click();
    await page.locator("th[aria-sort=descending]", { hasText: "Exits" }).waitFor();
    const exits = (await column(page, 5)).map(plain);
    expect(exits).toEqual([...exits].sort((one, other) => other - one));
    expect(exits.reduce((sum, exit) => sum + exit, 0)).toBe(routes.reduce((sum, route) => sum + route.exits, 0));
  });

  test("is exported with its filter, for spreadsheets", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/behavior?range=30d&filter=os:iOS");
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "CSV" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("shop-routes.csv");
    const lines = (await readFile(await file.path(), "utf8")).trim().split("\n");
    expect(lines[0]).toBe("route,views,people,entries,exits,median_dwell_ms,mean_dwell_ms,dwells,requests,failed,p95_ms");
    expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual(await column(page, 0));
  });

  test("is narrowed to one route by a click", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/behavior?range=30d");
    await page.locator("td.route a", { hasText: /^\/cart$/ }).click();
    await page.locator(".chip", { hasText: "route:/cart" }).waitFor();
    expect(await column(page, 0)).toEqual(["/cart"]);
  });
});

describe("Users", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`lists everybody, page by page, sorted and found as asked ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto("/p/shop/users?range=30d");
      const first = await shop.signals.ask<Users>("users?range=30d");
      const { totals } = await shop.signals.ask<Totals>("audience/metrics?range=30d");
      expect(first.total).toBe(totals.people);
      expect(await names(page)).toEqual(first.users.map(({ name }) => name.id));
      expect((await column(page, 3)).map(plain)).toEqual(first.users.map(({ events }) => events));

      await page.getByRole("link", { name: "Next" }).click();
      await page.waitForURL(/page=1/);
      const second = await shop.signals.ask<Users>("users?range=30d&page=1");
      expect(await names(page)).toEqual(second.users.map(({ name }) => name.id));

      await page.getByRole("link", { name: "Events", exact: true }).click();
      await page.locator("th[aria-sort=descending]", { hasText: "Events" }).waitFor();
      expect(page.url()).not.toContain("page=");
      const events = (await column(page, 3)).map(plain);
      expect(events).toEqual([...events].sort((one, other) => other - one));

      const wanted = second.users[0]?.name.id ?? "";
      await page.getByRole("searchbox", { name: "Find by id" }).fill(wanted.toUpperCase());
      await page.keyboard.press("Enter");
      await page.waitForURL(/search=/);
      expect(await names(page)).toContain(wanted);
      await page.locator("td.who a", { hasText: new RegExp(`^${wanted}$`) }).click();
      await page.getByRole("heading", { name: wanted }).waitFor();
      await page.getByRole("link", { name: "Figures" }).click();
      await page.locator(".chip").waitFor();
      expect((await figures(page))[0]).toBe(1);
    });
  }

  test("are exported with search, filter and order", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/users?range=30d&filter=os:iOS&sort=events");
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "CSV" }).click();
    const lines = (await readFile(await (await download).path(), "utf8")).trim().split("\n");
    expect(lines[0]).toBe("kind,id,ids,events,days,first_seen,last_seen,country,os,browser,release,route");
    expect(lines.slice(1).map((line) => line.split(",")[1])).toEqual(await names(page));
  });
});

async function names(page: Page): Promise<string[]> {
  return page.locator("td.who > :first-child").allInnerTexts();
}

async function figures(page: Page): Promise<number[]> {
  const titles = await page.locator(".stat .value").evaluateAll((values) => values.map((value) => value.getAttribute("title")));
  // Rates and times have no more digits than they show.
  return titles.filter((title) => title !== null).map(plain);
}

async function asked(shop: { readonly signals: { ask<T>(path: string): Promise<T> } }, query: string): Promise<number[]> {
  const { totals } = await shop.signals.ask<Totals>(`audience/metrics?${query}`);
  return [totals.people, totals.sessions.sessions, totals.page_views, totals.events];
}

async function column(page: Page, place: number): Promise<string[]> {
  return page.locator(".tbl").first().locator(`tbody tr td:nth-child(${place + 1})`).allInnerTexts();
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

function daysBetween(from = "", until = ""): number {
  return Math.round((Date.parse(until) - Date.parse(from)) / 86_400_000);
}

function plain(text: string): number {
  return Number(text.replaceAll(",", ""));
}
