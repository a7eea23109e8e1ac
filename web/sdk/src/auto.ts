// `@throughline/browser/auto`: what is captured by itself: page views and dwell of single-page and other sites, clicks on
// what is marked with `data-track`, and the context of events.
import type { Plugin } from "./plugin.ts";
import { route } from "./route.ts";

export interface AutoOptions {
  /** Page views and dwell; on when absent. */
  pageViews?: boolean;
  /** Clicks on elements with `data-track`; on when absent. */
  clicks?: boolean;
}

/** Milliseconds in which a redirect, or an effect that runs twice, changes the address again. */
const SETTLE = 50;
const METHODS = ["pushState", "replaceState"] as const;

/** Props as an attribute has them; nothing when it is no JSON object. */
function propsOf(text: string): Record<string, unknown> | undefined {
  try {
    const props: unknown = JSON.parse(text);
    return typeof props == "object" && !Array.isArray(props) ? (props as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export const auto =
  ({ pageViews = true, clicks = true }: AutoOptions = {}): Plugin =>
  (host) => {
    if (typeof document != "object") return;
    const life = new AbortController();
    const landing = location.href;
    const on = (event: string, act: (event: Event) => void): void =>
      addEventListener(event, (what) => host.quietly(() => act(what)), { capture: true, signal: life.signal });
    host.on("shutdown", () => life.abort());

    host.on("shared", (_all, some) => {
      const { href, host: site } = location;
      const { referrer } = document;
      some.route = route();
      some.context = {
        locale: navigator.language,
        screen: `${screen.width}x${screen.height}`,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        webdriver: navigator.webdriver || undefined,
        // Where a visit came from: on the page where it began, and from elsewhere.
        referrer: landing == href && referrer.split("/")[2] != site ? referrer : undefined,
        // Of the query only the campaign's parameters leave the page.
        url: href.replace(/([?&#])(?!utm_)[^&#]*/g, "$1").slice(0, 2000),
      };
    });

    if (clicks)
      on("click", ({ target }) => {
        const marked = (target as Element).closest?.("[data-track]");
        if (!marked) return;
        const event = marked.getAttribute("data-track")!;
        const props = propsOf(marked.getAttribute("data-track-props") || "{}");
        // The click is tracked all the same.
        if (!props) host.count("throughline.props_invalid", 1, { tags: { event } });
        host.track(event, { props: props || {} });
      });

    if (pageViews) {
      let seen: string | undefined;
      let since = document.hidden ? 0 : performance.now();
      let pending: ReturnType<typeof setTimeout> | undefined;
      const leave = (): void => {
        const visible_ms = since && Math.round(performance.now() - since);
        since = 0;
        if (seen != null && visible_ms > 0) host.track("$pageleave", { route: seen, props: { visible_ms } });
      };
      const view = (): void => {
        pending = undefined;
        if (seen == route()) return;
        leave();
        seen = route();
        since = document.hidden ? 0 : performance.now();
        host.page();
      };
      const look = (): void => {
        clearTimeout(pending);
        pending = setTimeout(() => host.quietly(view), SETTLE);
      };
      for (const method of METHODS) {
        const original = history[method];
        const ours: typeof original = function (this: History, ...args) {
          original.apply(this, args);
          look();
        };
        history[method] = ours;
        host.on("shutdown", () => {
          if (history[method] == ours) history[method] = original;
        });
      }
      on("popstate", look);
      on("hashchange", look);
      on("visibilitychange", () => {
        if (pending) view();
        if (document.hidden) leave();
        else since ||= performance.now();
      });
      on("pagehide", () => {
        if (pending) view();
        leave();
      });
      // Back from the browser's memory: the same page is viewed anew.
      on("pageshow", (event) => {
        if ((event as PageTransitionEvent).persisted) {
          seen = undefined;
          view();
        }
      });
      view();
    }
  };
