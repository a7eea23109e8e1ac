import { describe, expect } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";
import { ANN } from "./story.ts";
import { SHOPS_EVENT } from "./shop.ts";
import { openAwake } from "./visitor.ts";

describe("the palette", () => {
  test("goes to a page by a few letters, with the keyboard alone", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/live");
    await open(page);
    await page.keyboard.type("behav");
    await expect.poll(() => chosen(page)).toMatch(/^Behavior/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/p\/shop\/behavior$/);
  });

  test("offers every page of the menu, what is saved, the documentation and the themes", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/metrics?range=30d");
    const menu = await page.locator(".nav li a .t").allInnerTexts();
    await open(page);
    await page.getByRole("option", { name: "Where people leave" }).waitFor();
    const offered = (await page.getByRole("option").allInnerTexts()).join("\n");
    for (const name of [...menu, "iOS orders by week", "Germany on phones", "Filters", "dark theme"]) expect(offered).toContain(name);

    await page.keyboard.type("germany");
    await page.keyboard.press("Enter");
    await page.locator(".chip", { hasText: "country:DE" }).waitFor();
  });

  test("moves with the arrows, round its ends, and closes where it was opened", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/explorer");
    const opener = page.locator(".nav a[data-palette]");
    await opener.focus();
    await page.keyboard.press("Enter");
    const input = page.getByRole("combobox", { name: "Find" });
    await page.getByRole("option", { name: "Live Page" }).waitFor();
    const first = await chosen(page);
    await page.keyboard.press("ArrowUp");
    const last = await chosen(page);
    expect(last).not.toBe(first);
    await page.keyboard.press("ArrowDown");
    expect(await chosen(page)).toBe(first);
    expect(await input.getAttribute("aria-activedescendant")).toBe("palette-0");
    await page.keyboard.press("Escape");
    await input.waitFor({ state: "hidden" });
    expect(await opener.evaluate((link) => link === document.activeElement)).toBe(true);
  });

  test("finds a person and an event by an id", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/live");
    await open(page);
    await page.keyboard.type(ANN.user);
    await page.getByRole("option", { name: `Person with id “${ANN.user}”` }).click();
    await page.getByRole("heading", { name: ANN.user }).waitFor();
    await open(page);
    await page.keyboard.type(SHOPS_EVENT);
    await page.getByRole("option", { name: "X-ray of id" }).click();
    await page.waitForURL(/\/delivery\?id=/);
  });

  test("remembers the pages of this tab, and changes the theme", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/p/shop/sessions?range=30d&filter=os:iOS");
    await openAwake(page, "/p/shop/users");
    await open(page);
    await page.getByRole("option", { name: /^Sessions.*os:iOS.*Recent$/ }).waitFor();
    await page.keyboard.type("dark theme");
    await page.keyboard.press("Enter");
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
  });

  test("lies within a phone's screen, and is reached by touch", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    await openAwake(page, "/p/shop/live");
    await page.locator(".topbar a[data-palette]").tap();
    const box = await page.locator("dialog.palette").boundingBox();
    expect(box && [box.x >= 0, box.x + box.width <= 390, box.y + box.height <= 844]).toEqual([true, true, true]);
    await page.getByRole("option", { name: "Users" }).first().tap();
    await page.waitForURL(/\/p\/shop\/users$/);
  });

  test("is a plain page of links and forms without scripts", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server, { javaScriptEnabled: false });
    await page.goto("/p/shop/metrics");
    await page.locator(".nav a[data-palette]").click();
    await page.getByRole("heading", { name: "Find", exact: true }).waitFor();
    await page.locator("main").getByRole("link", { name: "Where people leave" }).waitFor();
    await page.getByLabel("An id of a person").fill(ANN.user);
    await page.locator("form", { has: page.getByLabel("An id of a person") }).getByRole("button", { name: "Go" }).click();
    await page.getByRole("heading", { name: ANN.user }).waitFor();
  });
});

describe("the page of all components", () => {
  test("shows every token and every kind of chart, to whoever is signed in", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await openAwake(page, "/dev/components");
    expect(await page.locator(".in-light li").count()).toBe(await page.locator(".in-dark li").count());
    const ground = (theme: string) => page.locator(`.${theme}`).evaluate((list) => getComputedStyle(list).backgroundColor);
    expect(await ground("in-light")).not.toBe(await ground("in-dark"));
    expect(await page.locator(".chart svg.plot").count()).toBe(4);
    for (const part of [".stat", ".receipt", ".empty", ".filterbar .chip", ".ranked li", ".week td", ".kind", ".tag", ".field"]) {
      expect(await page.locator(part).count(), part).toBeGreaterThan(0);
    }
    const stranger = await visitors.stranger(shop.server);
    await stranger.goto("/dev/components");
    expect(new URL(stranger.url()).pathname).toBe("/login");
  });
});

async function open(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find" }).waitFor();
  // What the project has is there.
  await page.getByRole("option", { name: "Documentation" }).or(page.getByRole("option", { name: "Live" })).first().waitFor();
}

async function chosen(page: Page): Promise<string> {
  return page.locator("[role=option][aria-selected=true]").innerText();
}
