// What became of everything that was captured.
import { failed, lastError } from "./delivery.ts";
import { books, type Books, type Signal } from "./lane.ts";
import { failures } from "./quietly.ts";

export interface Report extends Record<Signal, Books> {
  /** Attempts that failed in a row; from five on the circuit is open, and the server is left alone for a while. */
  failedAttempts: number;
  /** Faults of this library or a plugin; anything but 0 is one. */
  failures: number;
  /** What went wrong last, in words. Never contains the key. */
  lastError: string;
}

export const report = (): Report => JSON.parse(JSON.stringify({ ...books, failedAttempts: failed, failures, lastError: lastError + "" }));
