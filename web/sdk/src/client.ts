// The client: everything that a host may call, safe to call at any time.
import { capture, early } from "./capture.ts";
import { now } from "./clock.ts";
import { consent, recall } from "./consent.ts";
import { farewell, flush, giveUp, hurry, outbox, setRunning } from "./delivery.ts";
import { alias, identify, reset } from "./identify.ts";
import { books } from "./lane.ts";
import { count, gauge, recordMetric, startTimer } from "./metric.ts";
import { options, setOptions, type Options } from "./options.ts";
import { become } from "./person.ts";
import { filters, on, tell, type Host, type Plugin } from "./plugin.ts";
import { quietly } from "./quietly.ts";
import { report, type Report } from "./report.ts";
import { page, track } from "./track.ts";

export interface Client {
  /** Begins. Only the first call counts. */
  init(options: Options): void;
  track: typeof track;
  page: typeof page;
  identify: typeof identify;
  alias: typeof alias;
  reset: typeof reset;
  recordMetric: typeof recordMetric;
  count: typeof count;
  increment: typeof count;
  gauge: typeof gauge;
  distribution: typeof recordMetric;
  histogram: typeof recordMetric;
  startTimer: typeof startTimer;
  /** Says that somebody agrees (`granted`), does not (`denied`), or has yet to say (`pending`). Kept on the device. */
  consent: typeof consent;
  /** Adds a plugin. */
  use(plugin: Plugin): void;
  /** Sends what waits. Resolves when all of it is settled, or has to wait for the server. */
  flush(): Promise<void>;
  /** Sends what waits, stops for good, and takes back what was changed in the page. */
  shutdown(): Promise<void>;
  report(): Report;
}

let begun = false;

/** Adds a plugin, as soon as there is an `init`. */
function use(plugin: Plugin): void {
  if (begun) {
    // What it adds to all items stands on the next one.
    become();
    quietly(plugin, { ...host, options });
  } else early.push(() => use(plugin));
}

export const client: Client = {
  init(given) {
    if (begun) return;
    setOptions(given);
    begun = true;
    options.plugins?.forEach(use);
    if (options.beforeSend) filters.push(options.beforeSend);
    recall();
    if (PAGE) {
      addEventListener("storage", () => quietly(recall));
      addEventListener("pagehide", () => quietly(farewell));
      addEventListener("visibilitychange", () => document.hidden && quietly(farewell));
    }
    // Without a public key nothing leaves: a secret one must not be in a page.
    setRunning(/^pk_/.test(options.key) ? 1 : "shutdown");
    early.splice(0).forEach((act) => act());
    void flush();
  },
  track,
  page,
  identify,
  alias,
  reset,
  recordMetric,
  count,
  increment: count,
  gauge,
  distribution: recordMetric,
  histogram: recordMetric,
  startTimer,
  consent,
  use,
  flush,
  async shutdown() {
    // Plugins may have a last word.
    tell("shutdown");
    await flush();
    setRunning("shutdown");
    giveUp("shutdown");
  },
  report,
};

// The NEVER rule: what cannot be read of what the host hands over is counted, and stays here.
for (const name in client) {
  const act = client[name as "track"];
  client[name as "track"] = (...args) => quietly(act, ...(args as Parameters<typeof track>));
}

const host = { ...client, capture, filters, on, quietly, books, outbox, hurry, now } as Host;
