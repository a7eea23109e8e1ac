// What is added to the core. A plugin is a function that gets the host once, at `init`.
import type { Batch } from "./batch.ts";
import type { Client } from "./client.ts";
import type { Consent, Options } from "./options.ts";
import type { Books, Signal } from "./lane.ts";
import { quietly } from "./quietly.ts";
import type { BatchAnswer } from "./wire.ts";

/** Looks at an item before it is queued: returns it, changed or not, or nothing to drop it. */
export interface Filter {
  (item: Record<string, unknown>, signal: Signal): object | null | undefined | void | false;
  /** Why it drops items; `before_send` when absent. */
  reason?: string;
}

export interface Hooks {
  /** Adds to what all items share, and to what only events and errors do, whenever it is made anew: at the first item, and
   * when the address or the person has changed. */
  shared: (all: Record<string, unknown>, some: Record<string, unknown>) => void;
  /** An event was tracked. */
  track: (name: string, props: object | undefined) => void;
  /** A batch was sealed, and will be sent until it is settled. */
  seal: (batch: Batch) => void;
  /** A batch is over: with an answer, or given up for a reason. */
  settle: (batch: Batch, answer: BatchAnswer | 0, reason: string | undefined) => void;
  /** Somebody said whether they agree, perhaps in another tab. */
  consent: (said: Consent) => void;
  /** What was changed in the page is to be taken back. */
  shutdown: () => void;
}

export interface Host extends Client {
  options: Options;
  /** Queues an item of a signal and a time, as the server reads it, or counts one as lost for `reason` when `make` throws; session
   * and surroundings are added. */
  capture(signal: Signal, make: (ts: number) => Record<string, unknown>, ts?: number, reason?: string): void;
  filters: Filter[];
  /** Calls a listener of the core; what it throws stays here. */
  on: typeof on;
  /** Does something; what it throws is counted and stays here. */
  quietly: typeof quietly;
  /** What is sealed and not settled, and what became of everything: for a plugin that brings in batches of an earlier page. */
  outbox: Batch[];
  books: Record<Signal, Books>;
  /** The next attempt need not wait. */
  hurry(): void;
  /** Milliseconds since 1970. */
  now(): number;
}

export type Plugin = (host: Host) => void;

export const filters: Filter[] = [];
const listeners: { [Name in keyof Hooks]?: Hooks[Name][] } = {};

export function on<Name extends keyof Hooks>(hook: Name, listener: Hooks[Name]): void {
  ((listeners[hook] ||= []) as Hooks[Name][]).push(listener);
}

/** Tells everybody who listens; nobody's failure is anybody else's. */
export function tell<Name extends keyof Hooks>(hook: Name, ...what: Parameters<Hooks[Name]>): void {
  for (const listener of listeners[hook] || []) quietly(listener as (...what: unknown[]) => void, ...what);
}
