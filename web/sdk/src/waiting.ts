// Calls of a plugin's own functions. Those before `init` wait for it, with their time: the first 500; of the others is known how
// many they were.
import type { Signal } from "./lane.ts";
import { EARLY_MAX } from "./limits.ts";
import type { Host } from "./plugin.ts";
import { quietly } from "./quietly.ts";

type Make = () => Record<string, unknown>;

export interface Calls {
  /** `init` has come. */
  open(host: Host): void;
  /** Queues an item, or the making of one. */
  capture(make: Make): void;
  now(): number;
  /** Does something; what it throws stays here. */
  quietly<T>(act: () => T): T | undefined;
}

const refuse = (): never => {
  throw 0;
};

export function callsOf(signal: Signal): Calls {
  const waiting: [make: Make, ts: number][] = [];
  let beyond = 0;
  let host: Host | undefined;
  const now = (): number => (host || Date).now();
  return {
    now,
    quietly: (act) => (host ? host.quietly(act) : quietly(act)),
    capture(make) {
      if (host) host.capture(signal, make);
      else if (waiting.length < EARLY_MAX) waiting.push([make, now()]);
      else beyond++;
    },
    open(given) {
      host = given;
      // In a moment all other plugins are there: none of their filters may be missed.
      queueMicrotask(() => {
        for (const [make, ts] of waiting.splice(0)) given.capture(signal, make, ts);
        for (; beyond > 0; beyond--) given.capture(signal, refuse, 0, "queue_overflow");
      });
    },
  };
}
