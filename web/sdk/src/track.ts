// Events: what somebody did.
import { capture } from "./capture.ts";
import { parentOf, type SpanContext } from "./parent.ts";
import { tell } from "./plugin.ts";

export type Props = Record<string, unknown>;

export interface TrackOptions {
  props?: Props | undefined;
  /** The span during which it happened. */
  parent?: SpanContext;
  /** The route, where it is not the page's path. */
  route?: string | undefined;
}

let last = 0;

/** The order of what this installation does, across its tabs and pages: by the clock, and never falling within a page. */
export const sequence = (ts: number): number => (last = Math.max(last + 1, ts * 1e3));

/** Tracks an event: `track("cart.add", { sku })` or `track("cart.add", { props: { sku } })`. */
export function track(name: string, given?: Props | TrackOptions): void {
  capture("events", (ts) => {
    const { props, parent, route } = (typeof given?.props == "object" ? given : { props: given }) as TrackOptions;
    tell("track", name, props);
    return { name, ts, seq: sequence(ts), route, props, ...parentOf(parent) };
  });
}

/** A page was viewed. */
export const page = (name?: string, props?: Props): void => track("$pageview", { page_name: name, ...props });
