// The README's picture, docs/live.png, is taken only when asked for, so that a test run leaves the tree clean: start the demo
// with `make run`, let it run for half an hour, and hand over the link that it printed, unused:
//
//     UPDATE_SCREENSHOT='http://127.0.0.1:6440/enter?token=…' npm --prefix web test -- readme-picture
//
// The pictures of every page come from `npm --prefix web test -- every-page`.
import { join } from "node:path";
import { test } from "./fixtures.ts";
import { openAwake } from "./visitor.ts";

const README_PICTURE = join(import.meta.dirname, "../../docs/live.png");
const link = process.env.UPDATE_SCREENSHOT;

test.runIf(link)("the README's picture", async ({ visitors }) => {
  const page = await visitors.stranger({ url: new URL(link ?? "").origin }, { viewport: { width: 1440, height: 900 }, colorScheme: "light" });
  await page.goto(link ?? "");
  await openAwake(page, "/p/shop/live");
  await page.locator(".fresh", { hasText: "updating" }).waitFor();
  await page.screenshot({ path: README_PICTURE, animations: "disabled" });
});
