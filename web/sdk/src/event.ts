// What packages add to `track`: events of many people, as servers send them.
import { capture } from "./capture.ts";
import { client } from "./client.ts";
import { parentOf } from "./parent.ts";
import { sequence, type Props, type TrackOptions } from "./track.ts";

/** An event of one of the many people for whom a server speaks. */
export interface ServerEvent extends TrackOptions {
  event: string;
  userId?: string | number;
  /** The same as `props`. */
  properties?: Props;
}

/** Tracks an event: `track("cart.add", { sku })`, `track("cart.add", { props: { sku } })`, or, for servers,
 * `track({ userId, event, properties })`. */
export function track(name: string | ServerEvent, given?: Props | TrackOptions): void {
  if (typeof name != "object" || !name) return client.track(name, given);
  capture("events", (ts) => {
    const { event, userId, properties, props = properties, parent, route } = name;
    return { name: event, ts, seq: sequence(ts), user_id: userId, route, props, ...parentOf(parent) };
  });
}
