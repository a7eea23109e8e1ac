import { describe, expect } from "vitest";
import { test } from "./fixtures.ts";
import { ANN, FAILED_ISSUE } from "./story.ts";

describe("issues", () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`lead from a person's error to its stack ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto(`/p/shop/users/profile?id=${ANN.user}&only=error`);
      await page.locator(".tl").getByRole("link", { name: "PaymentGatewayTimeout" }).click();
      await page.getByRole("heading", { name: "PaymentGatewayTimeout" }).waitFor();
      expect(page.url()).toContain(`/p/shop/issues/${FAILED_ISSUE}`);
      expect(await page.locator(".calls li.own").allInnerTexts()).toEqual([expect.stringContaining("charge"), expect.stringContaining("pay")]);
      const folded = page.locator(".calls details");
      expect(await folded.locator("summary").innerText()).toContain("2 calls within libraries");
      expect(await folded.locator("li").first().isVisible()).toBe(false);
      expect(await page.locator(".crumbs-table tbody tr").allInnerTexts()).toEqual([
        expect.stringContaining("checkout.submitted"),
        expect.stringContaining("payment gateway slow"),
      ]);
      expect(await page.getByRole("link", { name: ANN.user }).count()).toBe(1);
    });

    test(`are resolved, found among the resolved, and opened again ${javaScriptEnabled ? "" : "without scripts"}`, async ({ shop, visitors }) => {
      const page = await visitors.member(shop.server, { javaScriptEnabled });
      await page.goto("/p/shop/issues?range=24h");
      await page.getByRole("table").getByRole("link", { name: "PaymentGatewayTimeout" }).click();
      await page.getByRole("button", { name: "Resolve", exact: true }).click();
      await page.getByText("the next error reopens it").waitFor();
      await page.getByRole("link", { name: "Issues" }).last().click();
      expect(await page.getByRole("table").getByRole("link", { name: "PaymentGatewayTimeout" }).count()).toBe(0);
      await page.locator(".tabs a[href*='status=resolved']").click();
      await page.getByLabel("Tick PaymentGatewayTimeout").check();
      await page.getByRole("button", { name: "Reopen" }).click();
      await page.locator(".tabs a[href*='status=open']").click();
      await page.getByRole("table").getByRole("link", { name: "PaymentGatewayTimeout" }).waitFor();
    });
  }

  test("say the same as the API", async ({ shop, visitors }) => {
    const page = await visitors.member(shop.server);
    await page.goto("/p/shop/issues?range=30d&status=all");
    const { issues } = await shop.signals.ask<{ issues: { issue: { type: string | null; message: string } }[] }>("issues?range=30d&status=all");
    expect(await page.locator("table.issues .what .row a").allInnerTexts()).toEqual(issues.map(({ issue }) => issue.type ?? issue.message));
    expect(issues.length).toBeGreaterThan(2);
  });
});
