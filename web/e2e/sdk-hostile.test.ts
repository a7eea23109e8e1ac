// The NEVER rule in a real browser: whatever the server does, the page sees no exception, memory stays flat and the books close.
// SOAK_SECONDS=3600 makes an hour of it.
import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
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

/** Seconds for each of them; a burst is the least. */
const SECONDS = Number(process.env.SOAK_SECONDS ?? 0) / Object.keys(FAULTS).length;
/** For how long the scripts are not there. */
const LOADS_MS = 400;
/** What may wait, twice: once in the ring and once sealed. */
const GROWTH_BYTES_MAX = 4_000_000;

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
    test(`${what} is not noticed by the page`, { timeout: (60 + SECONDS) * 1_000 }, async ({ visitors }) => {
      fault = act;
      site = await Site.open(tags({ THROUGHLINE_ENDPOINT: endpoint(), THROUGHLINE_KEY: KEY }, ["auto", "errors"], 'data-flush-interval="100"'));
      const page = await visitors.stranger(site);
      const exceptions: string[] = [];
      page.on("pageerror", (error) => exceptions.push(error.message));
      await page.goto("/");
      const tools = await page.context().newCDPSession(page);
      const burst = async (): Promise<{ report: Report; bytes: number }> => {
        const report = await page.evaluate(async () => {
          for (let block = 0; block < 10; block++) {
            for (let n = 0; n < 1_000; n++) {
              window.throughline.track("click", { n, text: "some words of a product's name" });
              window.throughline.recordMetric("latency", n);
            }
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          return window.throughline.report();
        });
        await tools.send("HeapProfiler.collectGarbage");
        return { report, bytes: (await tools.send("Runtime.getHeapUsage")).usedSize };
      };
      await burst();
      await vi.waitFor(() => expect(asked).toBeGreaterThan(0), { timeout: 5_000 });
      const first = await burst();
      const end = Date.now() + SECONDS * 1_000;
      let bursts = 0;
      do {
        const { report, bytes } = await burst();
        bursts++;
        expect(report.events.made).toBeGreaterThanOrEqual(20_000 + bursts * 10_000);
        expect([open(report.events), open(report.metrics), report.failures]).toEqual([0, 0, 0]);
        // The ring and one sealed generation of it.
        expect(report.events.queued).toBeLessThanOrEqual(1_000);
        expect(bytes - first.bytes).toBeLessThan(GROWTH_BYTES_MAX);
      } while (Date.now() < end);
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
  const docs = readFileSync(join(import.meta.dirname, "../../docs/browser.md"), "utf8");
  const stub = docs.match(/<script>\n[^<]*throughline = \{ q[^]*?<\/script>/)![0];
  site = await Site.open(`${stub}<script>
    throughline.init({ key: "${server.keys.THROUGHLINE_KEY}", endpoint: "${server.keys.THROUGHLINE_ENDPOINT}" });
    throughline.track("stub.early", { n: 1 });
    throughline.captureException(new RangeError("stub.early"));
    throughline.exposure("stub", "B");
    throughline.startTimer("stub.timer").end();
    for (let n = 0; n < 600; n++) throughline.count("stub.burst");
    window.called = Date.now();
    while (Date.now() < window.called + ${LOADS_MS});</script>
    ${["throughline.min", "script/auto", "script/errors", "script/shorthands"].map((name) => `<script defer src="/sdk/${name}.js"></script>`).join("")}`);
  const page = await visitors.stranger(site);
  await page.goto("/");
  await page.waitForFunction(() => document.readyState === "complete" && "auto" in window.throughline);
  const called = await page.evaluate(async () => {
    await window.throughline.flush();
    return (window as unknown as { called: number }).called;
  });
  expect(await server.rows("select name, context ? 'timezone' from event where name in ('stub.early', '$pageview') order by seq")).toEqual([
    ["stub.early", false],
    ["$pageview", true],
  ]);
  expect(await server.rows("select message from error_report where message = 'stub.early'")).toEqual([["stub.early"]]);
  expect(await server.rows("select props from event where name = '$exposure' and props->>'experiment' = 'stub'")).toEqual([[{ experiment: "stub", variant: "B" }]]);
  const counted = "select name, sum(value)::int from metric_point where name in ('stub.burst', 'throughline.stub_overflow') group by name order by name";
  expect(await server.rows(counted)).toEqual([
    ["stub.burst", 495],
    ["throughline.stub_overflow", 105],
  ]);
  // It has the time at which it was called, by this machine's clock.
  expect(await server.rows(`select name from event where name = 'stub.early' and ts < to_timestamp(${(called + LOADS_MS / 2) / 1_000})`)).toEqual([["stub.early"]]);
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
