// A server that is only a function: what the SDK sends is kept, and answered as the test says.
import { vi } from "vitest";
import type { Batch, Client, Host, Options, Plugin, Report, Signal } from "@throughline/browser";

export interface Sent {
  signal: string;
  batch_id: string;
  made: number;
  lost: Record<string, number>;
  items: Record<string, any>[];
  key: string;
  install_id: string;
}

export const KEY = `pk_${"0".repeat(32)}`;
export const SIGNALS = ["events", "metrics", "spans", "errors", "logs", "identities"] as const satisfies Signal[];

/** What the server says; an Error is a connection that breaks. */
export type Answer = (sent: Sent, n: number) => Response | Error | Promise<Response>;

export const taken = (sent: Sent, rejected = 0): Response =>
  Response.json({ accepted: sent.items.length - rejected, rejected, duplicate: false, errors: [] }, { status: 202 });

export class FakeServer {
  readonly sent: Sent[] = [];
  /** Each batch once, by its id: what a ledger would hold. */
  readonly stored = new Map<string, Sent>();
  answer: Answer = (sent) => taken(sent);

  constructor() {
    // As the browser's, but by the clock that the test sets.
    vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
      const life = new AbortController();
      setTimeout(() => life.abort(new DOMException("timed out", "TimeoutError")), ms);
      return life.signal;
    });
    vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
      const { key, batch_id, made, lost, install_id, ...rest } = JSON.parse(init.body as string);
      const [signal] = Object.keys(rest).filter((name) => Array.isArray(rest[name]));
      const sent = { signal: signal!, batch_id, made, lost, key, install_id, items: rest[signal!], url } as Sent;
      this.sent.push(sent);
      const given = new Promise<never>((_, refuse) => init.signal?.addEventListener("abort", () => refuse(init.signal?.reason)));
      const answer = await Promise.race([this.answer(sent, this.sent.length), given]);
      if (answer instanceof Error) throw answer;
      if (answer.status === 202) this.stored.set(batch_id, sent);
      return answer;
    });
  }

  items(signal: string): Record<string, any>[] {
    return [...this.stored.values()].filter((sent) => sent.signal === signal).flatMap((sent) => sent.items);
  }
}

/** The SDK as a page loads it: nothing is left of another test. */
export async function load(): Promise<typeof import("@throughline/browser")> {
  vi.resetModules();
  return import("@throughline/browser");
}

export async function begin(more: Partial<Options> = {}): Promise<typeof import("@throughline/browser")> {
  const sdk = await load();
  sdk.init({ endpoint: "http://t.example", key: KEY, ...more });
  return sdk;
}

/** The equation of each signal. */
export function difference(report: Report): Record<string, number> {
  const open = SIGNALS.map((signal) => {
    const { made, delivered, rejected, queued, lost } = report[signal];
    return [signal, made - delivered - rejected - queued - Object.values(lost).reduce((sum, n) => sum + n, 0)] as const;
  });
  return Object.fromEntries(open.filter(([, n]) => n !== 0));
}

export type { Batch, Client, Host, Plugin };
