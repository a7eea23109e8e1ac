// People with a browser: each has a context of their own, so that nobody shares cookies or storage.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import type { Server } from "./server.ts";

export class Visitors {
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Somebody who never signed in. */
  async stranger(server: { readonly url: string }, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ baseURL: server.url, ...options });
    this.#contexts.push(context);
    return context.newPage();
  }

  /** Somebody who is signed in already. */
  async member(server: Server, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.stranger(server, options);
    const entered = await page.context().request.get(await server.newLink(), { maxRedirects: 0 });
    if (entered.status() !== 303) throw new Error(`the sign-in link answered ${entered.status()}`);
    return page;
  }

  async leave(): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.close()));
  }
}

/** Opens a page and waits until its islands are awake. */
export async function openAwake(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.locator("html[data-islands=awake]").waitFor({ state: "attached" });
}
