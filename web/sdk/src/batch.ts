// A sealed batch: its id, items and counts never change again once it has left this device.
import type { Signal } from "./lane.ts";

/** Counts by reason. */
export type Losses = Record<string, number>;

export interface Counts {
  /** What was captured. */
  made: number;
  /** Of that, what was given up. */
  lost: Losses;
}

/** Its counts are those since this signal's previous sealed batch. */
export interface Batch extends Counts {
  signal: Signal;
  /** A UUIDv7: the server stores the same id once. */
  id: string;
  /** The JSON of each item. */
  items: string[];
  /** When it was sealed, in milliseconds since 1970. */
  sealed: number;
  /** It left this device, at least once: 1 by a request, 2 by a beacon, whose verdict is asked for when the page lives on. */
  sent?: 1 | 2;
}

export const add = (sums: Losses, reason: string, n: number): void => {
  if (n) sums[reason] = (sums[reason] || 0) + n;
};
