// Set-up: somebody pastes what a guide shows, and the page says that it has worked.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import ts from "typescript";
import { describe, expect, vi } from "vitest";
import type { Page } from "playwright-core";
import { test } from "./fixtures.ts";
import { Site } from "./sdk-site.ts";
import { openAwake } from "./visitor.ts";

/** Inside the package, its name leads to itself: what `npm install` would make of it elsewhere. */
const PACKAGE = join(import.meta.dirname, "../sdk");
const SEEN_MS_MAX = 30_000;
/** What a page has beside the guide's program. */
const PROGRAMS = {
  browser: "",
  react: `import { createRoot } from "react-dom/client"; createRoot(document.body.appendChild(document.createElement("main"))).render(<App />);`,
};

describe("Set-up", () => {
  test("the guide for curl turns green by itself when its command was run", async ({ server, visitors }) => {
    const page = await visitors.member(server);
    await openAwake(page, "/p/shop/setup?platform=http");
    expect(await state(page)).toBe("Waiting for the first signal");
    await promisify(execFile)("sh", ["-ec", await snippet(page)]);
    await page.locator(".guide header .status.ok").waitFor({ timeout: SEEN_MS_MAX });
    expect(await state(page)).toBe("1 item in 30 days");
    expect(await platforms(page)).toMatchObject({ "curl, HTTP": true, Rust: false, React: false });
    await page.getByRole("link", { name: "See it live" }).click();
    await page.waitForURL(/\/p\/shop\/live/);
  });

  test("without scripts the guide of the script tag turns green when the page is loaded again", async ({ server, visitors }) => {
    const page = await visitors.member(server, { javaScriptEnabled: false });
    const opened = await page.goto("/p/shop/setup?platform=script");
    expect(await opened?.text()).toContain('<noscript><meta http-equiv="refresh"');
    expect(await platforms(page)).toMatchObject({ "Script tag": false });
    const site = await Site.open(await snippet(page));
    const somebody = await visitors.stranger(site);
    await somebody.goto("/");
    await somebody.evaluate(() => window.throughline.flush());
    const seen = async () => {
      const again = await page.reload();
      expect(await platforms(page)).toMatchObject({ "Script tag": true, React: true, Rust: false });
      return again?.text();
    };
    expect(await vi.waitFor(seen, { timeout: SEEN_MS_MAX, interval: 200 })).not.toContain("http-equiv");
    await site.close();
  });

  test("the program of the guide for Node arrives", async ({ server, visitors }) => {
    const page = await visitors.member(server, { javaScriptEnabled: false });
    await page.goto("/p/shop/setup?platform=node");
    const program = await page.locator(".snippet pre").last().innerText();
    const mine = async () => Number((await server.rows("select count(*)::int from event where actor = 'me'"))[0]?.[0]);
    const before = await mine();
    await promisify(execFile)("node", ["--input-type=module", "-e", program], { cwd: PACKAGE });
    expect(await mine()).toBe(before + 1);
  });

  for (const [platform, more] of Object.entries(PROGRAMS)) {
    test(`the program of the guide for ${platform} compiles, and arrives from a page`, async ({ server, visitors }) => {
      const guide = await visitors.member(server, { javaScriptEnabled: false });
      await guide.goto(`/p/shop/setup?platform=${platform}`);
      const program = await guide.locator(".snippet pre").last().innerText();
      expect(complaintsOf(program)).toEqual([]);
      const { outputFiles } = await build({
        stdin: { contents: `${program}\n${more}`, loader: "tsx", resolveDir: PACKAGE },
        bundle: true,
        jsx: "automatic",
        // As a package, and not by the paths of this folder.
        tsconfigRaw: {},
        define: { "process.env.NODE_ENV": '"production"' },
        write: false,
      });
      const site = await Site.open("");
      const page = await visitors.stranger(site);
      await page.goto(`/${platform}`);
      await page.addScriptTag({ content: outputFiles[0]!.text });
      if (platform === "react") await page.getByRole("button", { name: "Say hello" }).click();
      await page.close({ runBeforeUnload: true });
      const stored = `select distinct name, props->>'plan' from event where route = '/${platform}' and name in ('hello', '$pageview') order by name`;
      const both = [["$pageview", null], ["hello", "pro"]];
      await vi.waitFor(async () => expect(await server.rows(stored)).toEqual(both), { timeout: SEEN_MS_MAX, interval: 50 });
      await site.close();
    });
  }

  test("an address with a platform that there is not shows the first", async ({ server, visitors }) => {
    const page = await visitors.member(server, { javaScriptEnabled: false });
    await page.goto("/p/shop/setup?platform=abacus");
    expect(await page.locator(".guide h2").innerText()).toBe("Rust");
    expect(await page.locator(".platforms [aria-current]").innerText()).toContain("Rust");
  });
});

/** What the compiler says of a program, as strict as this folder is. */
function complaintsOf(program: string): string[] {
  const folder = join(import.meta.dirname, "..");
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(folder, "tsconfig.json"), ts.sys.readFile).config, ts.sys, folder);
  const path = join(folder, "e2e/guide.tsx");
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, version, ...more) => (name === path ? ts.createSourceFile(name, program, version) : getSourceFile(name, version, ...more));
  return ts.getPreEmitDiagnostics(ts.createProgram([path, join(folder, "sdk/src/build.d.ts")], options, host)).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

async function state(page: Page): Promise<string> {
  return page.locator(".guide header .status").innerText();
}

async function snippet(page: Page): Promise<string> {
  return page.locator(".snippet pre").first().innerText();
}

/** Which platforms are green, by name. */
async function platforms(page: Page): Promise<Record<string, boolean>> {
  const cards = await page.locator(".platforms a").all();
  return Object.fromEntries(
    await Promise.all(cards.map(async (card) => [await card.locator("b").innerText(), (await card.locator(".status.ok").count()) === 1] as const)),
  );
}
