import { describe, expect } from "vitest";
import { test } from "./fixtures.ts";

const OWNER = { email: "owner@example.org", password: "correct horse battery" };

describe("signing in", () => {
  test("a page leads a stranger to the sign-in form, which remembers the page", async ({ server, visitors }) => {
    const page = await visitors.stranger(server);
    await page.goto("/p/shop/metrics?range=30d");
    expect(new URL(page.url()).pathname).toBe("/login");
    expect(new URL(page.url()).searchParams.get("next")).toBe("/p/shop/metrics?range=30d");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("a one-time link signs in once, and nobody else after that", async ({ server, visitors }) => {
    const link = await server.newLink();
    const first = await visitors.stranger(server);
    await first.goto(link);
    expect(new URL(first.url()).pathname).toBe("/p/shop/live");

    const second = await visitors.stranger(server);
    const response = await second.goto(link);
    expect(response?.status()).toBe(410);
    await second.goto("/p/shop/live");
    expect(new URL(second.url()).pathname).toBe("/login");

    await first.goto(link);
    expect(new URL(first.url()).pathname).toBe("/p/shop/live");
  });

  test("the link that the server printed works", async ({ server, visitors }) => {
    const page = await visitors.stranger(server);
    await page.goto(server.link);
    expect(new URL(page.url()).pathname).toBe("/p/shop/live");
  });

  test("signing out ends it, for the cookie too", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await page.goto("/p/shop/live");
    const cookies = await page.context().cookies();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(/\/login/);
    await page.goto("/p/shop/live");
    expect(new URL(page.url()).pathname).toBe("/login");

    // A copy of the cookie is worth nothing, either.
    await page.context().addCookies(cookies);
    await page.goto("/p/shop/live");
    expect(new URL(page.url()).pathname).toBe("/login");
  });

  test("scripts cannot read the cookie", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await page.goto("/p/shop/live");
    expect(await page.evaluate(() => document.cookie)).toBe("");
  });

  test("the first link makes the owner, who then signs in with the password", async ({ ownerless, visitors }) => {
    const page = await visitors.stranger(ownerless);
    await page.goto(ownerless.link);
    await page.getByLabel("E-mail").fill(OWNER.email);
    await page.getByLabel(/^Password/).fill(OWNER.password);
    await page.getByRole("button", { name: "Make the account" }).click();
    await page.getByRole("heading", { name: "No project yet" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(/\/login/);

    await page.getByLabel("E-mail").fill(OWNER.email);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.getByLabel("E-mail").inputValue()).toBe(OWNER.email);
    await page.getByLabel("Password").fill(OWNER.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "No project yet" }).waitFor();

    const late = await visitors.stranger(ownerless);
    expect((await late.goto(ownerless.link))?.status()).toBe(410);
  });
});
