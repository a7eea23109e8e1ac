// Somebody's web site, on an origin of its own, with the SDK's scripts on its pages.
import { readFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const DIST = join(import.meta.dirname, "../sdk/dist");

export interface Report {
  events: { made: number; delivered: number; rejected: number; queued: number; lost: Record<string, number> };
  metrics: Report["events"];
  failures: number;
  lastError: string;
}

/** What the page calls. */
export interface Throughline {
  init(options: object): void;
  track(name: string, props?: object): void;
  page(name?: string): void;
  identify(id: string, traits?: object): void;
  reset(): void;
  recordMetric(name: string, value: number, options?: object): void;
  consent(said: string): void;
  captureException(error: unknown): void;
  exposure(experiment: string, variant: string): void;
  optOut(): void;
  startSpan(options: object): { traceId: string; end(): void };
  startMoment(name: string): { checkpoint(step: string): void; end(): void };
  flush(): Promise<void>;
  shutdown(): Promise<void>;
  report(): Report;
}

declare global {
  interface Window {
    throughline: Throughline;
  }
}

export class Site {
  readonly url: string;
  /** Headers of the requests that pages made, by path. */
  readonly asked = new Map<string, NodeJS.Dict<string | string[]>>();
  /** Stands on every page that is loaded from now on. */
  head: string;
  readonly #http: HttpServer;

  private constructor(http: HttpServer, head: string) {
    this.#http = http;
    this.head = head;
    this.url = `http://localhost:${(http.address() as AddressInfo).port}`;
  }

  /** Every path is a page. */
  static async open(head: string): Promise<Site> {
    let site: Site | undefined;
    const http = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://localhost").pathname;
      site?.asked.set(path, request.headers);
      if (path.startsWith("/sdk/")) {
        response.setHeader("content-type", "text/javascript");
        response.end(readFileSync(join(DIST, path.slice(5))));
      } else {
        response.setHeader("content-type", "text/html; charset=utf-8");
        response.end(`<!doctype html><html lang="en"><title>Shop</title>${site?.head}<h1>Shop</h1>
          <button data-track="cta_click" data-track-props='{"position":"hero","variant":"primary"}'><b>Get started</b></button>
          <button data-track="broken" data-track-props="{not json">Broken</button>`);
      }
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return (site = new Site(http, head));
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

/** The tag that integrators paste, with some of the SDK's other entries. */
export function tags(keys: { THROUGHLINE_ENDPOINT: string; THROUGHLINE_KEY: string }, plugins: string[] = [], more = ""): string {
  const scripts = plugins.map((name) => `<script src="/sdk/script/${name}.js"></script>`).join("");
  const tag = `<script src="/sdk/throughline.min.js" data-key="${keys.THROUGHLINE_KEY}" data-endpoint="${keys.THROUGHLINE_ENDPOINT}" ${more}></script>`;
  return `${tag}${scripts}`;
}
