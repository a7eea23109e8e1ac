// What `init` takes. What is out of range falls back to its default.
import type { Filter, Plugin } from "./plugin.ts";

export type Consent = "granted" | "denied" | "pending";

export interface Options {
  /** The server, such as `https://t.example.org`. The script tag's own origin, or the page's, when absent. */
  endpoint?: string;
  /** The project's public key, `pk_…`. */
  key: string;
  /** The release of the application, such as `web@5.2`. */
  release?: string;
  /** Such as `prod`, which is also the server's default. */
  environment?: string;
  /** Looks at every item before it is queued: returns it, changed or not, or nothing to drop it. */
  beforeSend?: Filter;
  /** The consent of somebody who has not said anything yet. When absent: `denied` for those whose browser says so by Global
   * Privacy Control or Do Not Track, else `granted`. */
  consent?: Consent;
  /** `memory`: nothing is stored on the device; a person is known for one page load. */
  persistence?: "device" | "memory";
  /** Milliseconds between two flushes. */
  flushInterval?: number;
  /** Items of one signal that are sent at once, before the interval is over. */
  flushAt?: number;
  /** Items of one signal that wait; beyond that the oldest go. */
  ringItems?: number;
  /** Bytes of one signal that wait, roughly. */
  ringBytes?: number;
  /** Milliseconds for which a sealed batch is retried. */
  retryFor?: number;
  /** Shared by the plugins. */
  capture?: { trackAutoBreadcrumb?: boolean };
  /** What is added to the core. */
  plugins?: Plugin[];
}

/** The numbers among the options. None may be more than twenty times its default. */
const NUMBERS = {
  flushInterval: 3e4,
  flushAt: 50,
  ringItems: 500,
  ringBytes: 1e6,
  retryFor: 6e5,
};

/** The options in force. */
export let options = NUMBERS as Options & typeof NUMBERS;

export function setOptions(given: Options): void {
  options = { ...given } as typeof options;
  for (const name in NUMBERS) {
    const key = name as keyof typeof NUMBERS;
    options[key] = Math.min(+given[key]! || NUMBERS[key], NUMBERS[key] * 20);
  }
}
