// One signal's way out: the ring, and the books.
import { add, type Counts } from "./batch.ts";

/** The kinds of signal, by the names of their lists on the wire. */
export type Signal = "events" | "metrics" | "spans" | "errors" | "logs" | "identities";

/** `made = delivered + rejected + lost + queued`, always. */
export interface Books extends Counts {
  /** The server says that it has stored them. */
  delivered: number;
  /** The server refused them one by one. */
  rejected: number;
  /** They wait, or are being sent. */
  queued: number;
}

/** The JSON of an item, and of the fields that it shares with others; and its time. */
export type Slot = [own: string, shared: string, ms: number];

export interface Lane {
  ring: Slot[];
  /** Characters in the ring, the shared ones not counted. */
  chars: number;
  /** Since the previous sealed batch: what the server has not been told. */
  untold: Counts;
}

/** Nothing made and nothing lost. */
export const none = (): Counts => ({ made: 0, lost: {} });

export const lanes = {} as Record<Signal, Lane>;
export const books = {} as Record<Signal, Books>;
for (const signal of ["events", "metrics", "spans", "errors", "logs", "identities"] as const) {
  lanes[signal] = { ring: [], chars: 0, untold: none() };
  books[signal] = { ...none(), delivered: 0, rejected: 0, queued: 0 };
}

/** So many that were queued are given up. */
export function lose(signal: Signal, reason: string, n = 1): void {
  books[signal].queued -= n;
  add(books[signal].lost, reason, n);
  add(lanes[signal].untold.lost, reason, n);
}
