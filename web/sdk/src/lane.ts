// One signal's way out: the ring, and the books.
import { add, type Losses } from "./batch.ts";

/** The kinds of signal, by the names of their lists on the wire. */
export type Signal = "events" | "metrics" | "spans" | "errors" | "logs" | "identities";

/** `made = delivered + rejected + lost + queued`, always. */
export interface Books {
  made: number;
  /** The server says that it has stored them. */
  delivered: number;
  /** The server refused them one by one. */
  rejected: number;
  /** They wait, or are being sent. */
  queued: number;
  /** Given up, by reason. */
  lost: Losses;
}

/** The JSON of an item, and of the fields that it shares with others; and its time. */
export type Slot = [own: string, shared: string, ms: number];

export interface Lane {
  ring: Slot[];
  /** Characters in the ring, the shared ones not counted. */
  chars: number;
  /** Made and lost since the previous sealed batch: what the server has not been told. */
  untoldMade: number;
  untoldLost: Losses;
}

export const lanes = {} as Record<Signal, Lane>;
export const books = {} as Record<Signal, Books>;
for (const signal of ["events", "metrics", "spans", "errors", "logs", "identities"] as const) {
  lanes[signal] = { ring: [], chars: 0, untoldMade: 0, untoldLost: {} };
  books[signal] = { made: 0, delivered: 0, rejected: 0, queued: 0, lost: {} };
}

/** So many that were queued are given up. */
export function lose(signal: Signal, reason: string, n = 1): void {
  books[signal].queued -= n;
  add(books[signal].lost, reason, n);
  add(lanes[signal].untoldLost, reason, n);
}
