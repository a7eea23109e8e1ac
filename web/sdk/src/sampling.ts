// `@throughline/browser/sampling`: all of somebody's events are sent, or none, and all spans of a trace.
import type { Filter, Plugin } from "./plugin.ts";

/** A key's fixed place from 0 up to, not including, 1: 32-bit FNV-1a of its bytes, stirred by MurmurHash3's finaliser. The Rust
 * client computes the same: the same key is in or out everywhere. */
export function share(key: string | Iterable<number>): number {
  let hash = 0x811c9dc5;
  for (const byte of typeof key == "string" ? new TextEncoder().encode(key) : key) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** The 16 bytes of a trace's id, which all its programs go by. */
const bytesOf = (trace: string): number[] => (trace.match(/../g) || []).map((pair) => parseInt(pair, 16));

/** Keeps the events of this share of people and the spans of this share of traces, above 0 and at most 1, and says so with each,
 * so that they count for the others. `events` has other shares by name. Metrics, errors and identities are not sampled. */
export const sampling =
  (rate: number, events: Record<string, number> = {}): Plugin =>
  (host) => {
    // The device's own id: signing in does not change what is kept of somebody. A server has none.
    let device: unknown;
    host.on("shared", (_all, some) => (device = some.anonymous_id));
    const filter: Filter = (item, signal) => {
      const isEvent = signal == "events";
      if ((!isEvent && signal != "spans") || item.sample_rate) return item;
      const name = item.name as string;
      const kept = isEvent && Object.hasOwn(events, name) ? events[name]! : rate;
      if (!(kept > 0 && kept < 1)) return item;
      return share(isEvent ? `${device || item.user_id}` : bytesOf(`${item.trace_id}`)) < kept && { ...item, sample_rate: kept };
    };
    filter.reason = "sample_rate";
    host.filters.push(filter);
  };
