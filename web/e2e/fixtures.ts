// What a test may ask for; what it does not ask for is not started.
import { test as plain } from "vitest";
import { launchBrowser } from "./browser.ts";
import { DevServer, Server } from "./server.ts";
import { openShop } from "./shop.ts";
import { Signals } from "./signals.ts";
import { Visitors } from "./visitor.ts";

export const test = plain
  .extend("browser", { scope: "worker" }, async ({}, { onCleanup }) => {
    const browser = await launchBrowser();
    onCleanup(() => browser.close());
    return browser;
  })
  /** A project that nobody sent anything to; its file may send. */
  .extend("server", { scope: "file" }, async ({}, { onCleanup }) => {
    const server = await DevServer.start();
    onCleanup(() => server.stop());
    return server;
  })
  .extend("signals", { scope: "file" }, ({ server }) => new Signals(server))
  /** A shop with a month of history; to be looked at only. */
  .extend("shop", { scope: "file" }, async ({}, { onCleanup }) => {
    const server = await DevServer.start();
    onCleanup(() => server.stop());
    return { server, signals: await openShop(server) };
  })
  /** A server without any account. */
  .extend("ownerless", { scope: "file" }, async ({}, { onCleanup }) => {
    const server = await Server.serve();
    onCleanup(() => server.stop());
    return server;
  })
  .extend("visitors", async ({ browser }, { onCleanup }) => {
    const visitors = new Visitors(browser);
    onCleanup(() => visitors.leave());
    return visitors;
  });
