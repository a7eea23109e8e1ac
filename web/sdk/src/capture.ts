// Capturing: an item is counted, judged, completed and queued. Nothing is sent in here.
import { now } from "./clock.ts";
import { running, schedule, timer } from "./delivery.ts";
import { books, lanes, lose, type Signal } from "./lane.ts";
import { EARLY_MAX } from "./limits.ts";
import { options } from "./options.ts";
import { person, useSession } from "./person.ts";
import { filters } from "./plugin.ts";
import { surroundings } from "./surroundings.ts";

export const early: (() => void)[] = [];

/** Makes one item of a time, or counts one as lost for a reason when `make` throws: what the host handed over cannot be read, or
 * not be written as JSON. Never throws itself. What comes before `init` is made by it. */
export function capture(signal: Signal, make: (ts: number) => Record<string, unknown>, ts = now(), reason = "invalid_item"): void {
  const lane = lanes[signal];
  const { ring } = lane;
  if (!running && early.length < EARLY_MAX) return void early.push(() => capture(signal, make, ts, reason));
  lane.untold.made++;
  books[signal].made++;
  books[signal].queued++;
  try {
    if (person.consent == "denied") throw (reason = "consent");
    if (running != 1) throw (reason = running || "queue_overflow");
    useSession();
    let item = make(ts);
    let shared = surroundings(signal);
    // It may have fields that otherwise all items share. A filter must not change what belongs to the host.
    if (item.user_id || item.trace_id || item.route || filters[0]) {
      item = { ...JSON.parse(shared.replace(",", "{")), ...JSON.parse(JSON.stringify(item)) };
      shared = "}";
      for (const filter of filters) {
        item = filter(item, signal) as typeof item;
        if (!item) throw (reason = filter.reason || "before_send");
      }
    }
    const json = JSON.stringify(item);
    const { length } = json;
    while (ring[0] && (ring.length >= options.ringItems || lane.chars + length > options.ringBytes)) {
      lane.chars -= ring.shift()![0].length;
      lose(signal, "queue_overflow");
    }
    if (ring.length + 1 == options.flushAt || lane.chars > options.ringBytes / 2) schedule(0);
    else if (!timer) schedule(options.flushInterval);
    lane.chars += length;
    ring.push([json, shared, ts]);
  } catch {
    lose(signal, reason);
  }
}
