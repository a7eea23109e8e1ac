// Sending signals over HTTP, as any client would.
import { vi } from "vitest";
import type { DevServer } from "./server.ts";

export interface Event {
  name: string;
  ts?: string;
  user_id?: string;
  anonymous_id?: string;
  session_id?: string;
  route?: string;
  release?: string;
  props?: Record<string, unknown>;
  context?: { country?: string; os?: string; browser?: string; device?: string; timezone?: string };
}

export interface Point {
  name: string;
  kind: "counter" | "gauge" | "distribution" | "set";
  value: number | string;
  ts?: string;
  unit?: string;
  tags?: Record<string, string>;
  trace_id?: string;
  user_id?: string;
  session_id?: string;
  release?: string;
}

/** As many as one request may carry. */
const ITEMS_PER_BATCH_MAX = 1_000;
const COUNTED_MS_MAX = 30_000;

export class Signals {
  readonly #server: DevServer;

  constructor(server: DevServer) {
    this.#server = server;
  }

  /** Returns once the events are committed. */
  async track(...events: Event[]): Promise<void> {
    await this.#send("track", "events", events, this.#server.keys.THROUGHLINE_KEY);
  }

  async record(...metrics: Point[]): Promise<void> {
    await this.#send("metrics", "metrics", metrics, this.#server.keys.THROUGHLINE_KEY);
  }

  /** History: its days are over. */
  async import(history: { events: Event[]; metrics: Point[] }): Promise<void> {
    await this.#send("import", "events", history.events, this.#server.keys.THROUGHLINE_SECRET);
    await this.#send("import", "metrics", history.metrics, this.#server.keys.THROUGHLINE_SECRET);
  }

  /** One request as it is; its answer, whatever it says. */
  async post(operation: string, body: unknown): Promise<{ status: number; said: string }> {
    const response = await fetch(`${this.#server.url}/v1/${operation}:batch`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#server.keys.THROUGHLINE_KEY}`, "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, said: await response.text() };
  }

  /** Waits until everything that was committed up to now is counted. */
  async counted(): Promise<void> {
    const now = Date.now();
    const look = async () => {
      const { receipt } = await this.ask<{ receipt: { complete_through: string } }>("audience/metrics");
      if (Date.parse(receipt.complete_through) < now) throw new Error(`counted to ${receipt.complete_through} only`);
    };
    await vi.waitFor(look, { timeout: COUNTED_MS_MAX, interval: 100 });
  }

  /** A question to the query API. */
  async ask<Answer>(question: string): Promise<Answer> {
    const response = await fetch(`${this.#server.url}/api/v1/projects/shop/${question}`, {
      headers: { authorization: `Bearer ${this.#server.keys.THROUGHLINE_SECRET}` },
    });
    if (!response.ok) throw new Error(`${question} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  async #send(operation: string, kind: string, items: (Event | Point)[], key: string): Promise<void> {
    for (let first = 0; first < items.length; first += ITEMS_PER_BATCH_MAX) {
      const batch = items.slice(first, first + ITEMS_PER_BATCH_MAX);
      const response = await fetch(`${this.#server.url}/v1/${operation}:batch`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ [kind]: batch }),
      });
      const said = await response.text();
      if (response.status !== 202) throw new Error(`${operation} answered ${response.status}: ${said}`);
      const { accepted } = JSON.parse(said) as { accepted: number };
      if (accepted !== batch.length) throw new Error(`${operation} took ${accepted} of ${batch.length}: ${said.slice(0, 500)}`);
    }
  }
}
