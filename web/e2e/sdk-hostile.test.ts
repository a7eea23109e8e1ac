// The NEVER rule in a real browser: whatever the server does, the page sees no exception, memory stays bounded and the books close.
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, vi } from "vitest";
import { test } from "./fixtures.ts";
import { Site, tags, type Report } from "./sdk-site.ts";

const KEY = `pk_${"0".repeat(32)}`;
/** What a server may do instead of answering. */
const FAULTS: Record<string, (response: ServerResponse) => void> = {
  hangs: () => {},
  "answers 500": (response) => void response.writeHead(500).end("<html>"),
  "resets the connection": (response) => void response.destroy(),
  "answers 429 without end": (response) => void response.writeHead(429, { "retry-after": "1", "access-control-expose-headers": "retry-after" }).end(),
  "talks without end": (response) => {
    response.writeHead(202);
    const talk = (): void => void (response.writable && response.write(" ".repeat(65_536), talk));
    talk();
  },
};

let http: Server;
let fault: (response: ServerResponse) => void;
let site: Site;
let asked = 0;
beforeEach(async () => {
  asked = 0;
  http = createServer((request, response) => {
    asked++;
    request.resume();
    response.setHeader("access-control-allow-origin", "*");
    fault(response);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  http.closeAllConnections();
  await Promise.all([new Promise((resolve) => http.close(resolve)), site.close()]);
});

const endpoint = (): string => `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
const open = ({ made, delivered, rejected, queued, lost }: Report["events"]): number =>
  made - delivered - rejected - queued - Object.values(lost).reduce((sum, n) => sum + n, 0);

describe("a server that", () => {
  for (const [what, act] of Object.entries(FAULTS)) {
    test(`${what} is not noticed by the page`, async ({ visitors }) => {
      fault = act;
      site = await Site.open(tags({ THROUGHLINE_ENDPOINT: endpoint(), THROUGHLINE_KEY: KEY }, ["auto", "errors"], 'data-flush-interval="100"'));
      const page = await visitors.stranger(site);
      const exceptions: string[] = [];
      page.on("pageerror", (error) => exceptions.push(error.message));
      await page.goto("/");
      const burst = async (): Promise<{ report: Report; kilobytes: number }> =>
        page.evaluate(async () => {
          for (let block = 0; block < 10; block++) {
            for (let n = 0; n < 1_000; n++) {
              window.throughline.track("click", { n, text: "some words of a product's name" });
              window.throughline.recordMetric("latency", n);
            }
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          const { usedJSHeapSize } = (performance as unknown as { memory: { usedJSHeapSize: number } }).memory;
          return { report: window.throughline.report(), kilobytes: usedJSHeapSize / 1_000 };
        });
      await burst();
      await vi.waitFor(() => expect(asked).toBeGreaterThan(0), { timeout: 5_000 });
      const { report, kilobytes } = await burst();
      expect(report.events.made).toBeGreaterThanOrEqual(20_000);
      expect([open(report.events), open(report.metrics), report.failures]).toEqual([0, 0, 0]);
      // The ring and one sealed generation of it.
      expect(report.events.queued).toBeLessThanOrEqual(1_000);
      expect(kilobytes).toBeLessThan(60_000);
      expect(exceptions).toEqual([]);
    });
  }
});

test("a name that does not exist is not noticed either", async ({ visitors }) => {
  fault = () => {};
  site = await Site.open(tags({ THROUGHLINE_ENDPOINT: "http://nowhere.invalid", THROUGHLINE_KEY: KEY }));
  const page = await visitors.stranger(site);
  const exceptions: string[] = [];
  page.on("pageerror", (error) => exceptions.push(error.message));
  await page.goto("/");
  const report = await page.evaluate(async () => {
    window.throughline.track("one");
    await window.throughline.flush();
    return window.throughline.report();
  });
  expect(report.events).toMatchObject({ made: 1, queued: 1, lost: {} });
  expect(report.lastError).toContain("fetch");
  expect(exceptions).toEqual([]);
});

test("calls before the script has loaded are made up for", async ({ server, visitors }) => {
  fault = () => {};
  const stub = `<script>throughline = { q: [] };
    for (const name of ["init", "track", "page", "identify", "recordMetric"])
      throughline[name] = (...args) => throughline.q.length < 500 && throughline.q.push([name, args]);
    throughline.init({ key: "${server.keys.THROUGHLINE_KEY}", endpoint: "${server.keys.THROUGHLINE_ENDPOINT}" });
    throughline.track("stub.early", { n: 1 });</script><script defer src="/sdk/throughline.min.js"></script>
    <script defer src="/sdk/script/auto.js"></script>`;
  site = await Site.open(stub);
  const page = await visitors.stranger(site);
  await page.goto("/");
  await page.waitForFunction(() => "auto" in window.throughline);
  await page.evaluate(() => window.throughline.flush());
  expect(await server.rows("select name, context ? 'timezone' from event where name in ('stub.early', '$pageview') order by seq")).toEqual([
    ["stub.early", false],
    ["$pageview", true],
  ]);
});

test("the debug panel shows each batch and what the server said of it", async ({ server, visitors }) => {
  fault = () => {};
  site = await Site.open(tags(server.keys, ["debug"]));
  const page = await visitors.stranger(site);
  await page.goto("/");
  await page.evaluate(async () => {
    window.throughline.track("fine");
    window.throughline.track("x".repeat(300));
    await window.throughline.flush();
  });
  const panel = page.locator("throughline-debug section");
  await vi.waitFor(async () => expect(await panel.innerText()).toContain("1 stored, 1 rejected"), { timeout: 5_000 });
  expect(await panel.innerText()).toContain("name_too_long");
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/sdk-debug.png` });
  await panel.getByRole("button", { name: "Close" }).click();
  expect(await panel.count()).toBe(0);
});
