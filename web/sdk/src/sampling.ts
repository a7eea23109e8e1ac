// `@throughline/browser/sampling`: all of somebody's events and spans are sent, or none.
import type { Filter, Plugin } from "./plugin.ts";

/** An id's fixed place from 0 up to, not including, 1: 32-bit FNV-1a of its bytes, stirred by MurmurHash3's finaliser. The
 * Rust client computes the same, so that one person is in or out everywhere. */
export function share(id: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(id)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Keeps the events and spans of this share of people, above 0 and at most 1, and says so with each, so that they count for
 * the others. Metrics, errors and identities are not sampled. */
export const sampling =
  (rate: number): Plugin =>
  (host) => {
    if (!(rate > 0 && rate < 1)) return;
    // The device's own id: signing in does not change what is kept of somebody. A server has none.
    let device: unknown;
    host.on("shared", (_all, some) => (device = some.anonymous_id));
    const filter: Filter = (item, signal) => {
      if (signal != "events" && signal != "spans") return item;
      return share(`${device || item.user_id}`) < rate && { ...item, sample_rate: rate };
    };
    filter.reason = "sample_rate";
    host.filters.push(filter);
  };
