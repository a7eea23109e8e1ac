import { describe, expect } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";
import type { DevServer } from "./server.ts";
import type { Visitors } from "./visitor.ts";
import { complaintsOf } from "./complaints.ts";

const FILTERED = "metrics?range=30d&filter=os:iOS&measure=events";

describe("a link that shows one page", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`shows a stranger what its maker saw ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const { link, maker } = await shared(shop.server, visitors, FILTERED, { javaScriptEnabled });
      const page = await visitors.stranger(shop.server, { javaScriptEnabled });
      const complaints = await complaintsOf(page);
      const response = await page.goto(link);
      expect(response?.status()).toBe(200);
      expect(response?.headers()).toMatchObject({ "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow", "cache-control": "no-store" });
      await maker.goto(`/p/shop/${FILTERED}`);
      expect(await page.locator(".stat .value").allInnerTexts()).toEqual(await maker.locator(".stat .value").allInnerTexts());
      expect(await page.locator(".fixed-filter").innerText()).toContain("os:iOS");
      expect(await page.locator("nav[aria-label=Main]").count()).toBe(0);
      // Chromium complains of its own preloading where scripts are off.
      if (javaScriptEnabled) expect(complaints).toEqual([]);

      await page.getByRole("group", { name: "Range" }).getByRole("link", { name: "7D" }).click();
      await page.waitForURL(/range=7d/);
      await page.locator("summary", { hasText: "vs" }).click();
      await page.getByRole("link", { name: "the same weekdays before" }).click();
      await page.waitForURL(/compare=week/);
      await maker.goto("/p/shop/metrics?range=7d&filter=os:iOS&compare=week");
      expect(await page.locator(".stat .value").allInnerTexts()).toEqual(await maker.locator(".stat .value").allInnerTexts());
      expect(new URL(page.url()).pathname).toBe(new URL(link).pathname);
      await page.locator("summary", { hasText: "Custom" }).click();
      await page.getByRole("button", { name: "Show" }).click();
      await page.waitForURL(/until=/);
      expect(await page.locator(".fixed-filter").innerText()).toContain("os:iOS");
    });
  }

  test("leads nowhere else, whatever its page shows", async ({ shop, visitors }) => {
    for (const what of [FILTERED, "behavior?range=30d&filter=route:/cart", "users?range=30d", "sessions?range=30d", "metrics?filter=country:XX"]) {
      const { link } = await shared(shop.server, visitors, what);
      const page = await visitors.stranger(shop.server);
      const asked: string[] = [];
      page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
      await page.goto(link);
      await page.locator("html[data-islands=awake]").waitFor({ state: "attached" });
      const path = new URL(link).pathname;
      expect(asked.filter((asked) => asked !== path && !asked.startsWith("/assets/")), what).toEqual([]);
      const ways = await page.locator("a[href], area[href]").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
      expect(ways.filter((way) => !way.startsWith("#") && way.split("?")[0] !== path), what).toEqual([]);
      const forms = await page.locator("form").evaluateAll((forms) => forms.map((form) => [form.getAttribute("method") ?? "get", form.getAttribute("action") ?? ""]));
      expect(forms.filter(([method, action]) => method !== "get" || action !== path), what).toEqual([]);
      const html = await page.content();
      for (const secret of ["/p/shop", "/api/v1", shop.server.keys.THROUGHLINE_KEY, "you@localhost", "/docs/"]) expect(html, `${what}: ${secret}`).not.toContain(secret);
    }
  });

  test("keeps its filter, its search and its page, whatever is asked", async ({ shop, visitors }) => {
    const { link } = await shared(shop.server, visitors, "users?range=30d&filter=os:iOS&search=1");
    const page = await visitors.stranger(shop.server);
    const rows = async (query: string) => {
      await page.goto(`${link}${query}`);
      return page.locator("td.who").allInnerTexts();
    };
    const shown = await rows("");
    expect(shown.length).toBeGreaterThan(3);
    for (const more of ["?filter=", "?filter=country:DE", "?add=user:user-7", "?search=", "?search=ann", "?id=user-7", "?bots=all"]) {
      expect(await rows(more), more).toEqual(shown);
    }
    for (const other of ["/users", "/live", "/metrics", "/profile?id=user-7", "/../p/shop/live", "/explorer/samples", "/saved", "/erase"]) {
      expect((await page.request.get(`${link}${other}`, { maxRedirects: 0 })).status(), other).not.toBe(200);
    }
  });

  test("is no way to another page, to the API or to any change", async ({ shop, visitors }) => {
    const { link } = await shared(shop.server, visitors, "users?range=30d");
    const token = link.split("/").at(-1) ?? "";
    const stranger = await visitors.stranger(shop.server);
    await stranger.goto(link);
    const { request } = stranger.context();
    expect(await stranger.context().cookies()).toEqual([]);
    const project = `/api/v1/projects/1`;
    const headers = [{}, { authorization: `Bearer ${token}` }, { "x-throughline-key": token }, { cookie: `tl=${token}` }, { referer: link }];
    for (const extra of headers) {
      for (const path of ["live", "metrics", "users", "users/profile?id=user-7", "explorer/samples", "delivery", "saved", "identity-links/1"]) {
        const answer = await request.get(`/p/shop/${path}`, { headers: extra, maxRedirects: 0 });
        expect([303, 401, 404], `${path} ${answer.status()}`).toContain(answer.status());
      }
      for (const path of ["users", "audience/metrics", "metrics/samples?name=x", "saved", "live/stream", "erasures", `users?token=${token}`, `users?key=${token}`]) {
        expect((await request.get(`${project}/${path}`, { headers: extra })).status(), path).toBe(401);
      }
      const own = { ...extra, "sec-fetch-site": "same-origin" };
      const form = { text: "x", at: "2026-05-14T12:00", back: "/", kind: "user", id: "user-7", name: "x", what: "metrics", days: "7" };
      for (const path of ["/p/shop/annotations", "/p/shop/users/erase", "/p/shop/saved", "/p/shop/shared-links", new URL(link).pathname]) {
        const answer = await request.post(path, { headers: own, form: { ...form, kind: path.endsWith("saved") ? "view" : "user" }, maxRedirects: 0 });
        expect(answer.headers().location ?? "/login", path).toMatch(/^\/login/);
        expect(answer.status(), path).not.toBe(200);
      }
    }
    const counts = await shop.server.rows("select (select count(*) from erasure), (select count(*) from saved where name = 'x')");
    expect(counts[0]?.map(Number)).toEqual([0, 0]);
  });

  test("is shown once, listed with its use, and ends when it is revoked", async ({ shop, visitors }) => {
    const { link, maker } = await shared(shop.server, visitors, "behavior?range=24h&sort=exits", {}, "30 days");
    await maker.goto("/p/shop/saved");
    const row = maker.locator("#shared-links tbody tr", { hasText: "Behavior · the last 24 hours" });
    expect(await row.innerText()).toMatch(/you@localhost[\s\S]*never/);
    expect(await maker.content()).not.toContain(link.split("/").at(-1));
    const stranger = await visitors.stranger(shop.server);
    expect((await stranger.goto(link))?.status()).toBe(200);
    await maker.reload();
    expect(await row.innerText()).toMatch(/s ago|m ago/);
    await row.getByRole("button", { name: /^Revoke/ }).click();
    await expect.poll(() => row.count()).toBe(0);
    const over = await stranger.goto(link);
    expect([over?.status(), over?.headers()["x-robots-tag"]]).toEqual([404, "noindex, nofollow"]);
    await stranger.getByRole("heading", { name: "This link is over" }).waitFor();
    expect(await stranger.locator("a[href]").count()).toBe(0);
  });

  test("ends with its days", async ({ shop, visitors }) => {
    const { link } = await shared(shop.server, visitors, "metrics?range=24h", {}, "1 day");
    const stranger = await visitors.stranger(shop.server);
    expect((await stranger.goto(link))?.status()).toBe(200);
    const last = await shop.server.rows("update shared_link set expires_at = now() where expires_at < now() + interval '25 hours' returning expires_at - made_at < interval '1 day'");
    expect(last).toEqual([[true]]);
    expect((await stranger.goto(link))?.status()).toBe(404);
  });

  test("to one project shows nothing of another, also to its own maker", async ({ shop, server, visitors }) => {
    const { link } = await shared(shop.server, visitors, "users?range=30d");
    const elsewhere = await visitors.stranger(server);
    expect((await elsewhere.goto(new URL(link).pathname))?.status()).toBe(404);
    const member = await visitors.member(shop.server);
    await member.goto(link);
    expect(await member.locator("nav[aria-label=Main], form[method=post]").count()).toBe(0);
    expect(await member.locator("td.who a[href]").count()).toBe(0);
  });
});

/** Makes a link by the page's own form. */
async function shared(
  server: DevServer,
  visitors: Visitors,
  what: string,
  options: { javaScriptEnabled?: boolean } = {},
  days = "7 days",
): Promise<{ link: string; maker: Page }> {
  const maker = await visitors.member(server, options);
  await maker.goto(`/p/shop/${what}`);
  const menu = maker.locator(".filter-line details", { has: maker.locator("summary", { hasText: "Share" }) });
  await menu.locator("summary").click();
  await menu.getByLabel("It works for").selectOption({ label: days });
  await menu.getByRole("button", { name: "Make a link" }).click();
  const link = await maker.locator(".snippet pre").innerText();
  expect(link).toMatch(/\/s\/[0-9a-f]{64}$/);
  return { link, maker };
}
