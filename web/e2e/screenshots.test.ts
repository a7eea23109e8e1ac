// Pictures of every page, for people to look at: web/screenshots, which git ignores.
//
// The README's picture, docs/live.png, is taken only when asked for, so that a test run leaves the tree clean: start the demo
// with `make run`, let it run for half an hour, and hand over the link that it printed, unused:
//
//     UPDATE_SCREENSHOT='http://127.0.0.1:6440/enter?token=…' npm --prefix web test -- screenshots
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "vitest";
import { test } from "./fixtures.ts";
import { browserFor, PLACES, visit } from "./pages.ts";
import { openAwake } from "./visitor.ts";

const FOLDER = join(import.meta.dirname, "../screenshots");
const README_PICTURE = join(import.meta.dirname, "../../docs/live.png");
const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const link = process.env.UPDATE_SCREENSHOT;

describe.skipIf(link)("screenshots", () => {
  for (const place of PLACES) {
    test(place.name, async ({ shop, server, ownerless, visitors }) => {
      const servers = { shop, server, ownerless };
      await mkdir(FOLDER, { recursive: true });
      for (const [screen, options] of Object.entries({ desk: DESK, phone: PHONE })) {
        const page = await browserFor(place, servers, visitors, options);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await visit(page, place, servers);
          await page.screenshot({ path: join(FOLDER, `${place.name}-${screen}-${colorScheme}.png`), fullPage: true, animations: "disabled" });
        }
      }
    });
  }
});

test.runIf(link)("the README's picture", async ({ visitors }) => {
  const page = await visitors.stranger({ url: new URL(link ?? "").origin }, { ...DESK, colorScheme: "light" });
  await page.goto(link ?? "");
  await openAwake(page, "/p/shop/live");
  await page.locator(".fresh", { hasText: "updating" }).waitFor();
  await page.screenshot({ path: README_PICTURE, animations: "disabled" });
});
