import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import { test } from "./fixtures.ts";
import { openAwake } from "./visitor.ts";

const README = join(import.meta.dirname, "../../README.md");

describe("the README's first lines", () => {
  test("work as they stand, and what they send is on the screen", async ({ server, signals, visitors }) => {
    const [event, metric, live, ...more] = await lines();
    expect(more).toEqual([]);
    const accepted = { accepted: 1, duplicate: false, rejected: 0, errors: [] };
    expect(await answer(event, server.keys)).toEqual(accepted);
    expect(await answer(metric, server.keys)).toEqual(accepted);
    await signals.counted();
    expect(await answer(live, server.keys)).toMatchObject({ people: 1, events: 1 });

    const page = await visitors.member(server);
    await openAwake(page, "/p/shop/live");
    expect(await page.locator("[data-figure=people]").innerText()).toBe("1");
    expect(await page.locator(".feed li").innerText()).toContain("cart.add");
    expect(await page.locator("ol.ranked").allInnerTexts()).toEqual([
      expect.stringContaining("/cart"),
      expect.anything(),
      expect.anything(),
      expect.stringContaining("Germany"),
      expect.stringContaining("Linux"),
    ]);
    await openAwake(page, "/p/shop/explorer");
    expect(await page.locator("[data-metric]").innerText()).toContain("cart.size");
  });

  test("show what the README says they answer", async () => {
    expect(await readFile(README, "utf8")).toContain('{"accepted":1,"duplicate":false,"rejected":0,"errors":[]}');
  });
});

/** The lines of the block below the heading, one command each. */
async function lines(): Promise<string[]> {
  const block = (await readFile(README, "utf8")).match(/## Send your first event\n[\s\S]*?```sh\n([\s\S]*?)```/)?.[1] ?? "";
  return block.trim().split("\n");
}

async function answer(line: string | undefined, keys: object): Promise<unknown> {
  const { stdout } = await promisify(execFile)("bash", ["-eu", "-o", "pipefail", "-c", line ?? "false"], { env: { ...process.env, ...keys } });
  return JSON.parse(stdout);
}
